//! Who asks for codes, and how often: what one caller does uses up nobody else's budget.

use super::*;
use crate::store::schema::users;
use domain::principal::Principal;

/// The sender of a code, as it is counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sender<'a> {
    /// The hash of the end user's IP address, for rate limits.
    pub(crate) client_ip_hash: Option<&'a str>,
    pub(crate) kind: SenderKind,
}

/// The budget that a send counts for. The kinds don't share budgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SenderKind {
    /// A team, a chat, or a person who sends to a number or address of their own.
    #[default]
    Known,
    /// An anonymous caller.
    Anonymous,
    /// A signed-in person who sends to a number or address that is not known to be theirs.
    Stranger,
}

impl SenderKind {
    /// The number of the kind in the database.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::Known => 0,
            Self::Anonymous => 1,
            Self::Stranger => 2,
        }
    }
}

/// What kind of sender a requester is for a number or address. A person is known for the number that they
/// verified and the address that they sign in with. An account alone proves nothing, because anybody can make
/// one.
pub(crate) async fn kind_of(
    conn: &mut Conn,
    vault: &Vault,
    requester: &Principal,
    destination: &Recipient,
) -> Result<SenderKind, SqlError> {
    match requester {
        Principal::Anonymous(_) => Ok(SenderKind::Anonymous),
        Principal::User(user) => {
            let hash = recipient_hash(vault, destination);
            let is_theirs = users::phone_hash.eq(&hash).or(users::email_hash.eq(&hash));
            let own_rows = users::table.find(DbId(user.0)).filter(is_theirs);
            let is_own = own_rows.count().get_result::<i64>(conn).await? > 0;
            Ok(if is_own { SenderKind::Known } else { SenderKind::Stranger })
        }
        Principal::Client(_)
        | Principal::Chat(_)
        | Principal::Transfer(_)
        | Principal::Operator(_)
        | Principal::System => Ok(SenderKind::Known),
    }
}

/// The name under which wrong attempts are counted. A caller who is not known for the number is counted
/// apart, and locks nobody else.
pub(crate) fn failure_name(
    vault: &Vault,
    destination: &Recipient,
    requester: &Principal,
    kind: SenderKind,
) -> String {
    let hash = recipient_hash(vault, destination);
    match kind {
        SenderKind::Known => hash,
        SenderKind::Anonymous | SenderKind::Stranger => {
            format!("{hash} from {}", requester_key(vault, requester))
        }
    }
}

/// The name under which wrong attempts of those who are known for a number are counted.
pub(crate) fn known_failure_name(vault: &Vault, destination: &Recipient) -> String {
    failure_name(vault, destination, &Principal::System, SenderKind::Known)
}

/// The name for attempts on that challenge: of the anonymous caller at that address, else of the requester
/// who started it.
pub(crate) async fn failure_name_of(
    conn: &mut Conn,
    vault: &Vault,
    row: &VerificationRow,
    anonymous: Option<&str>,
) -> Result<String, SqlError> {
    let requester = match anonymous {
        Some(address) => Principal::Anonymous(Some(address.to_owned())),
        None => row.requester.clone(),
    };
    let kind = kind_of(conn, vault, &requester, &row.to).await?;
    Ok(failure_name(vault, &row.to, &requester, kind))
}

/// When another page of the same team last sent a code to the number. A page waits for the cooldown after it;
/// otherwise a page for each code would avoid the cooldown. `None` where no page asks.
pub(crate) async fn last_sent_by_pages(
    conn: &mut Conn,
    vault: &Vault,
    new: &NewChallenge,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, SqlError> {
    if new.page.is_none() {
        return Ok(None);
    }
    let (requester, recipient) = (requester_key(vault, &new.requester), recipient_hash(vault, &new.to));
    let last = open_challenges(&requester, &recipient, now)
        .filter(verifications::page_id.is_not_null())
        .select(verifications::last_sent_at)
        .first::<DbTime>(conn)
        .await
        .optional()?;
    Ok(last.map(|last| last.0))
}

/// The sends that count: those that failed cost nothing.
const COUNTED: [&str; 2] = [SendStatus::Sending.name(), SendStatus::Known(DeliveryStatus::Sent).name()];

/// Counts the recent sends. Failed sends are not counted, and each kind of sender has its own counts: strangers
/// use up nothing of a team, a chat or a known person. Codes for payments go to verified numbers only, so the
/// prefix count does not apply to them. Countries and the whole service are counted for anonymous callers alone.
pub(crate) async fn send_counts(
    conn: &mut Conn,
    vault: &Vault,
    to: &Recipient,
    sender: Sender<'_>,
    is_payment: bool,
    now: DateTime<Utc>,
) -> Result<SendCounts, SqlError> {
    let since = |window: Duration| DbTime(now.checked_sub_signed(window).unwrap_or(now));
    let of_kind = || {
        verification_sends::table
            .filter(verification_sends::status.eq_any(COUNTED))
            .select((diesel::dsl::count_star(), diesel::dsl::min(verification_sends::at)))
            .filter(verification_sends::is_payment.eq(i32::from(is_payment)))
            .filter(verification_sends::sender_kind.eq(sender.kind.number()))
    };
    let destination = of_kind()
        .filter(verification_sends::phone_hash.eq(recipient_hash(vault, to)))
        .filter(verification_sends::at.gt(since(Duration::hours(24))))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let prefix = if is_payment {
        (0, None)
    } else {
        of_kind()
            .filter(verification_sends::prefix_hash.eq(prefix_hash(vault, to)))
            .filter(verification_sends::at.gt(since(Duration::hours(1))))
            .first::<(i64, Option<DbTime>)>(conn)
            .await?
    };
    let ip = match sender.client_ip_hash {
        Some(ip) => {
            of_kind()
                .filter(verification_sends::client_ip_hash.eq(ip))
                .filter(verification_sends::at.gt(since(Duration::hours(1))))
                .first::<(i64, Option<DbTime>)>(conn)
                .await?
        }
        None => (0, None),
    };
    let anonymous = || of_kind().filter(verification_sends::at.gt(since(Duration::hours(1))));
    let (mut country, mut service) = ((0, None), (0, None));
    if sender.kind == SenderKind::Anonymous {
        service = anonymous().first::<(i64, Option<DbTime>)>(conn).await?;
        if let Some(code) = to.country() {
            let sent_there = anonymous().filter(verification_sends::country.eq(code));
            country = sent_there.first::<(i64, Option<DbTime>)>(conn).await?;
        }
    }
    let count = |(n, oldest): (i64, Option<DbTime>)| Count {
        n: u32::try_from(n).unwrap_or(u32::MAX),
        oldest: oldest.map(|at| at.0),
    };
    Ok(SendCounts {
        destination: count(destination),
        ip: count(ip),
        prefix: count(prefix),
        country: count(country),
        service: count(service),
    })
}
