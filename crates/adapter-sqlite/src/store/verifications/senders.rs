//! Who has codes sent, and how often: what strangers to a number do costs nobody else anything.

use super::*;
use crate::store::schema::users;

/// Where the wish for a code comes from, as it is counted.
#[derive(Clone, Copy, Default)]
pub(in crate::store) struct Sender<'a> {
    /// The end user's address, where there is one to be limited by.
    pub(super) client_ip: Option<&'a str>,
    /// Nobody vouches that the number or address is his.
    pub(super) is_stranger: bool,
}

/// What to count somebody by who is a stranger to that number or address: the address of whoever has not said who
/// he is, or the person himself where it is not the one he has proved, or signs in with. An account costs nothing.
pub(super) async fn stranger(
    conn: &mut Conn,
    requester: &str,
    destination: &str,
) -> Result<Option<String>, Fault> {
    match Requester::parse(requester) {
        Some(Requester::Anonymous(address)) => Ok(Some(address)),
        Some(Requester::User(user)) => {
            let his = users::table
                .find(DbId(user.0))
                .filter(users::phone.eq(destination).or(users::email.eq(destination)));
            let is_his = his.count().get_result::<i64>(conn).await? > 0;
            Ok((!is_his).then(|| requester.to_owned()))
        }
        Some(Requester::Client(_) | Requester::Chat(_)) => Ok(None),
        None => Err(corrupt("a requester")),
    }
}

/// The name under which wrong guesses at a number are counted: those of a stranger count for him alone, so
/// that he locks nobody else.
pub(super) fn failure_name(phone: &str, stranger: Option<&str>) -> String {
    match stranger {
        None => phone.to_owned(),
        Some(stranger) => format!("{phone} from {stranger}"),
    }
}

/// The name for guesses at that challenge by whoever has not said who he is, from that address, else by whoever began it.
pub(super) async fn failure_name_of(
    conn: &mut Conn,
    row: &VerificationRow,
    anonymous: Option<&str>,
) -> Result<String, Fault> {
    let stranger = match anonymous {
        Some(address) => Some(address.to_owned()),
        None => stranger(conn, &row.requester, &row.phone).await?,
    };
    Ok(failure_name(&row.phone, stranger.as_deref()))
}

/// How long until a requester may have another code sent to a number: one that went out a moment ago and was not
/// used keeps him waiting, whatever it was for, on whichever page, and if its guesses are spent.
pub(super) async fn cooldown(
    conn: &mut Conn,
    requester: &str,
    to: &Recipient,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<Option<Duration>, Fault> {
    let since = now.checked_sub_signed(policy.resend_cooldown).unwrap_or(now);
    let last = verification_sends::table
        .inner_join(verifications::table.on(verifications::id.eq(verification_sends::verification_id)))
        .filter(verifications::requester.eq(requester))
        .filter(verifications::phone.eq(to.canonical()))
        .filter(verifications::status.ne(ChallengeStatus::Approved.name()))
        .filter(verification_sends::is_payment.eq(0))
        .filter(verification_sends::status.eq_any(["sending", "sent"]))
        .filter(verification_sends::at.gt(DbTime(since)))
        .select(diesel::dsl::max(verification_sends::at))
        .first::<Option<DbTime>>(conn)
        .await?;
    Ok(last.and_then(|last| policy.resend_cooldown.checked_sub(&now.signed_duration_since(last.0))))
}

/// Counts what went out lately. Sends that failed cost nobody his quota; those that strangers asked for cost
/// nobody else any of his, and payments' codes have their own. A prefix is one for all.
pub(super) async fn send_counts(
    conn: &mut Conn,
    to: &Recipient,
    sender: Sender<'_>,
    is_payment: bool,
    now: DateTime<Utc>,
) -> Result<SendCounts, Fault> {
    let since = |window: Duration| DbTime(now.checked_sub_signed(window).unwrap_or(now));
    let counted = || {
        verification_sends::table
            .filter(verification_sends::status.eq_any(["sending", "sent"]))
            .select((diesel::dsl::count_star(), diesel::dsl::min(verification_sends::at)))
    };
    let of_his_kind = || {
        counted()
            .filter(verification_sends::is_payment.eq(i32::from(is_payment)))
            .filter(verification_sends::is_anonymous.eq(i32::from(sender.is_stranger)))
    };
    let destination = of_his_kind()
        .filter(verification_sends::phone.eq(to.canonical()))
        .filter(verification_sends::at.gt(since(Duration::hours(24))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let prefix = counted()
        .filter(verification_sends::prefix.eq(to.prefix()))
        .filter(verification_sends::at.gt(since(Duration::hours(1))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let ip = match sender.client_ip {
        Some(ip) => {
            of_his_kind()
                .filter(verification_sends::client_ip.eq(ip))
                .filter(verification_sends::at.gt(since(Duration::hours(1))))
                .first::<(i64, Option<DbTime>)>(conn)
                .await?
        }
        None => (0, None),
    };
    let count = |(n, oldest): (i64, Option<DbTime>)| Count {
        n: u32::try_from(n).unwrap_or(u32::MAX),
        oldest: oldest.map(|at| at.0),
    };
    Ok(SendCounts { destination: count(destination), ip: count(ip), prefix: count(prefix) })
}
