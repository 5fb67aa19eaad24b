//! Who has codes sent, and how often: what strangers to a number do costs nobody else anything.

use super::*;
use crate::store::schema::users;

/// Where the wish for a code comes from, as it is counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sender<'a> {
    /// The end user's address, where there is one to be limited by.
    pub(crate) client_ip: Option<&'a str>,
    pub(crate) kind: SenderKind,
}

/// Whose budget a send is of: none of them uses up another's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SenderKind {
    /// A team, a chat, or a person to what is his.
    #[default]
    Known,
    /// Somebody who has not said who he is.
    Anonymous,
    /// A signed-in person, to what nobody vouches that it is his.
    Stranger,
}

impl SenderKind {
    /// As it is kept.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::Known => 0,
            Self::Anonymous => 1,
            Self::Stranger => 2,
        }
    }
}

/// What somebody is to a number or address. A person knows the one he has proved, or signs in with: an account costs
/// nothing.
pub(crate) async fn kind_of(
    conn: &mut Conn,
    requester: &Requester,
    destination: &str,
) -> Result<SenderKind, SqlError> {
    match requester {
        Requester::Anonymous(_) => Ok(SenderKind::Anonymous),
        Requester::User(user) => {
            let his = users::table
                .find(DbId(user.0))
                .filter(users::phone.eq(destination).or(users::email.eq(destination)));
            let is_his = his.count().get_result::<i64>(conn).await? > 0;
            Ok(if is_his { SenderKind::Known } else { SenderKind::Stranger })
        }
        Requester::Client(_) | Requester::Chat(_) => Ok(SenderKind::Known),
    }
}

/// The name under which wrong guesses at a number are counted: whoever nobody vouches for is counted by himself, so
/// that he locks nobody else.
pub(crate) fn failure_name(destination: &str, requester: &Requester, kind: SenderKind) -> String {
    match kind {
        SenderKind::Known => destination.to_owned(),
        SenderKind::Anonymous | SenderKind::Stranger => format!("{destination} from {}", requester.key()),
    }
}

/// The name for guesses at that challenge by whoever has not said who he is, from that address, else by whoever began it.
pub(crate) async fn failure_name_of(
    conn: &mut Conn,
    row: &VerificationRow,
    anonymous: Option<&str>,
) -> Result<String, SqlError> {
    let guesser = match anonymous {
        Some(address) => Requester::Anonymous(address.to_owned()),
        None => row.requester()?,
    };
    let kind = kind_of(conn, &guesser, &row.recipient).await?;
    Ok(failure_name(&row.recipient, &guesser, kind))
}

/// How long until a page may begin a challenge, where another page of the same team began one for the number a moment
/// ago: a page for each code would be no cooldown.
pub(crate) async fn wait_of_pages(
    conn: &mut Conn,
    new: &NewChallenge,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Result<Option<Duration>, SqlError> {
    if new.page.is_none() {
        return Ok(None);
    }
    let last = open_challenges(&new.requester.key(), new.to.canonical(), now)
        .filter(verifications::page_id.is_not_null())
        .select(verifications::last_sent_at)
        .first::<DbTime>(conn)
        .await
        .optional()?;
    let since = last.map(|last| now.signed_duration_since(last.0));
    Ok(since
        .and_then(|since| policy.resend_cooldown.checked_sub(&since))
        .filter(|wait| *wait > Duration::zero()))
}

/// Counts what went out lately. Sends that failed cost nobody his quota, and of each kind of sender each counts his own.
/// A prefix is one for all; but payments' codes, which go to proved numbers alone, wait for nobody's.
pub(crate) async fn send_counts(
    conn: &mut Conn,
    to: &Recipient,
    sender: Sender<'_>,
    is_payment: bool,
    now: DateTime<Utc>,
) -> Result<SendCounts, SqlError> {
    let since = |window: Duration| DbTime(now.checked_sub_signed(window).unwrap_or(now));
    let counted = || {
        verification_sends::table
            .filter(verification_sends::status.eq_any(["sending", "sent"]))
            .select((diesel::dsl::count_star(), diesel::dsl::min(verification_sends::at)))
    };
    let of_his_kind = || {
        counted()
            .filter(verification_sends::is_payment.eq(i32::from(is_payment)))
            .filter(verification_sends::sender_kind.eq(sender.kind.number()))
    };
    let destination = of_his_kind()
        .filter(verification_sends::phone.eq(to.canonical()))
        .filter(verification_sends::at.gt(since(Duration::hours(24))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let prefix = if is_payment {
        (0, None)
    } else {
        counted()
            .filter(verification_sends::prefix.eq(to.prefix()))
            .filter(verification_sends::at.gt(since(Duration::hours(1))))
            .first::<(i64, Option<DbTime>)>(conn)
            .await?
    };
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
