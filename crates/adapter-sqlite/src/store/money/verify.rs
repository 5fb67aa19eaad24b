//! Check every rule of the ledger, over all rows.

use crate::{
    backend::{Conn, ID_AS_TEXT},
    store::{error::SqlError, rows::corrupt},
};
use diesel::{prelude::*, sql_types::Text};
use diesel_async::RunQueryDsl;
use ports::money::LedgerViolation;

/// A rule, and a query that returns one row for each violation. Plain SQL for both databases; `[column]`
/// stands for an id as people read it.
const RULES: [(&str, &str); 17] = [
    (
        "debits equal credits in each transfer",
        "select [transfer_id] || ': ' || cast(count(*) as text) || ' entries summing to ' || cast(sum(minor) as text) as subject \
         from entries group by transfer_id having sum(minor) <> 0 or count(*) <> 2",
    ),
    (
        "a person's balance is the sum of the entries",
        "select [a.id] || ': ' || cast(a.posted as text) || ' posted, ' || cast(coalesce(sum(e.minor), 0) as text) || ' in entries' as subject \
         from accounts a left join entries e on e.account_id = a.id where a.kind = 'person' \
         group by a.id, a.posted having a.posted <> coalesce(sum(e.minor), 0)",
    ),
    (
        "a person never owes",
        "select [id] || ': ' || cast(posted - held as text) || ' available' as subject from accounts \
         where kind = 'person' and (posted - held < 0 or held < 0)",
    ),
    (
        "what is held is the sum of the live holds",
        "select [a.id] || ': ' || cast(a.held as text) || ' held, ' || cast(coalesce(sum(h.minor), 0) as text) || ' in holds' as subject \
         from accounts a left join holds h on h.account_id = a.id and h.state = 'live' where a.kind = 'person' \
         group by a.id, a.held having a.held <> coalesce(sum(h.minor), 0)",
    ),
    (
        "entries are numbered without a gap",
        "select [a.id] || ': ' || cast(a.version as text) || ' expected, ' || cast(count(e.version) as text) || ' found' as subject \
         from accounts a left join entries e on e.account_id = a.id where a.kind = 'person' \
         group by a.id, a.version having count(e.version) <> a.version or coalesce(max(e.version), 0) <> a.version",
    ),
    (
        "each entry's balance is the one before it plus its amount",
        "select [e.account_id] || ' entry ' || cast(e.version as text) as subject from entries e \
         left join entries p on p.account_id = e.account_id and p.version = e.version - 1 \
         where e.version is not null and e.balance_after <> coalesce(p.balance_after, 0) + e.minor",
    ),
    (
        "a completed transfer has its entries, another none",
        "select [t.id] || ': ' || t.status || ' with ' || cast(count(e.minor) as text) || ' entries' as subject \
         from transfers t left join entries e on e.transfer_id = t.id group by t.id, t.status \
         having (t.status in ('completed', 'reversed') and count(e.minor) <> 2) \
             or (t.status not in ('completed', 'reversed') and count(e.minor) <> 0)",
    ),
    (
        "an entry bears its transfer's amount and ends",
        "select [e.transfer_id] as subject from entries e left join transfers t on t.id = e.transfer_id \
         where t.id is null or abs(e.minor) <> t.minor or (e.minor < 0 and e.account_id <> t.from_account) \
             or (e.minor > 0 and e.account_id <> t.to_account)",
    ),
    (
        "an entry stands in an account of its transfer's currency",
        "select [e.transfer_id] as subject from entries e join transfers t on t.id = e.transfer_id \
         left join accounts a on a.id = e.account_id where a.id is null or a.currency <> t.currency",
    ),
    (
        "a currency sums to zero",
        "select a.currency as subject from entries e join accounts a on a.id = e.account_id \
         group by a.currency having sum(e.minor) <> 0",
    ),
    (
        "what was given back of a transfer is the sum of its reversals",
        "select [t.id] || ': ' || cast(t.reversed_minor as text) || ' given back' as subject from transfers t \
         left join transfers r on r.reverses = t.id group by t.id, t.reversed_minor, t.minor, t.status \
         having coalesce(sum(r.minor), 0) <> t.reversed_minor or t.reversed_minor > t.minor \
             or (t.status = 'reversed' and t.reversed_minor <> t.minor)",
    ),
    (
        "a transfer that waits for its code has an open challenge",
        "select [t.id] || ': its challenge is ' || coalesce(v.status, 'not there') as subject from transfers t \
         left join verifications v on v.id = t.verification_id \
         where t.status = 'pending_verification' and coalesce(v.status, '') <> 'pending'",
    ),
    (
        "money is held for a transfer under way, and only then",
        "select [h.transfer_id] || ': ' || h.state as subject from holds h left join transfers t on t.id = h.transfer_id \
         left join outbound_payments o on o.transfer_id = h.transfer_id \
         where t.id is null or (h.state = 'live') <> (t.status in ('processing', 'unknown') and o.released_at is null)",
    ),
    (
        "a transfer under way has its hold",
        "select [t.id] || ': ' || t.status as subject from transfers t left join holds h on h.transfer_id = t.id \
         where t.status in ('processing', 'unknown') and h.transfer_id is null",
    ),
    (
        "a transfer has the status of its payment at the outside bank",
        "select [t.id] || ': ' || t.status || ', ' || o.state as subject from outbound_payments o \
         left join transfers t on t.id = o.transfer_id where t.id is null or (o.state <> 'reserved' and ( \
             (o.state = 'settled') <> (t.status = 'completed') \
             or (o.state in ('unknown', 'manual', 'exception')) <> (t.status = 'unknown') \
             or (o.state = 'voided') <> (t.status = 'failed')))",
    ),
    (
        "an account is frozen as its owner is",
        "select [a.id] as subject from accounts a join users u on u.id = a.owner \
         where (a.frozen_at is null) <> (u.frozen_at is null) or (a.payable_at is null) <> (u.payable_at is null)",
    ),
    (
        "a key that was accepted leads to what it made",
        "select [k.subject] as subject from idempotency_keys k left join transfers t on t.id = k.subject \
         left join wallets w on w.id = k.subject where k.subject is not null and t.id is null and w.id is null",
    ),
];

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    subject: String,
}

pub(crate) async fn verify(conn: &mut Conn) -> Result<Vec<LedgerViolation>, SqlError> {
    let mut violations = Vec::new();
    for (rule, query) in RULES {
        let (open, close) = ID_AS_TEXT;
        let query = query.replace('[', open).replace(']', close);
        let found = diesel::sql_query(query)
            .load::<Found>(conn)
            .await
            .map_err(|error| corrupt(format!("{rule}: {error}")))?;
        violations.extend(
            found.into_iter().map(|row| LedgerViolation { rule: rule.to_owned(), subject: row.subject }),
        );
    }
    Ok(violations)
}
