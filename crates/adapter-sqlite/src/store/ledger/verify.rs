//! Checking every rule of the books, over all rows.

use super::super::rows::corrupt;
use crate::backend::{Conn, Fault};
use diesel::{prelude::*, sql_types::Text};
use diesel_async::RunQueryDsl;
use ports::stores::LedgerFault;

/// A rule, and a query that gives one row for each place where it is broken. Plain SQL that both
/// databases read alike.
const RULES: [(&str, &str); 8] = [
    (
        "debits equal credits in each transfer",
        "select cast(count(*) as text) || ' entries summing to ' || cast(sum(minor) as text) as subject \
         from entries group by transfer_id having sum(minor) <> 0 or count(*) <> 2",
    ),
    (
        "a person's balance is the sum of the entries",
        "select cast(a.posted as text) || ' posted, ' || cast(coalesce(sum(e.minor), 0) as text) || ' in entries' as subject \
         from accounts a left join entries e on e.account_id = a.id where a.kind = 'person' \
         group by a.id, a.posted having a.posted <> coalesce(sum(e.minor), 0)",
    ),
    (
        "a person never owes",
        "select cast(posted - held as text) || ' available' as subject from accounts \
         where kind = 'person' and posted - held < 0",
    ),
    (
        "entries are numbered without a gap",
        "select cast(a.version as text) || ' expected, ' || cast(count(e.seq) as text) || ' found' as subject \
         from accounts a left join entries e on e.account_id = a.id where a.kind = 'person' \
         group by a.id, a.version having count(e.seq) <> a.version or coalesce(max(e.version), 0) <> a.version",
    ),
    (
        "each entry's balance is the one before it plus its amount",
        "select 'entry ' || cast(e.seq as text) as subject from entries e \
         left join entries p on p.account_id = e.account_id and p.version = e.version - 1 \
         where e.version is not null and e.balance_after <> coalesce(p.balance_after, 0) + e.minor",
    ),
    (
        "a completed transfer has its entries, another none",
        "select t.status || ' with ' || cast(count(e.seq) as text) || ' entries' as subject \
         from transfers t left join entries e on e.transfer_id = t.id group by t.id, t.status \
         having (t.status in ('completed', 'reversed') and count(e.seq) <> 2) \
             or (t.status not in ('completed', 'reversed') and count(e.seq) <> 0)",
    ),
    (
        "an entry bears its transfer's amount",
        "select 'entry ' || cast(e.seq as text) as subject from entries e join transfers t on t.id = e.transfer_id \
         where abs(e.minor) <> t.minor or (e.minor < 0 and e.account_id <> t.from_account) \
             or (e.minor > 0 and e.account_id <> t.to_account)",
    ),
    (
        "a currency sums to zero",
        "select a.currency as subject from entries e join accounts a on a.id = e.account_id \
         group by a.currency having sum(e.minor) <> 0",
    ),
];

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    subject: String,
}

pub(super) async fn verify(conn: &mut Conn) -> Result<Vec<LedgerFault>, Fault> {
    let mut faults = Vec::new();
    for (rule, query) in RULES {
        let found = diesel::sql_query(query)
            .load::<Found>(conn)
            .await
            .map_err(|fault| corrupt(format!("{rule}: {fault}")))?;
        faults
            .extend(found.into_iter().map(|row| LedgerFault { rule: rule.to_owned(), subject: row.subject }));
    }
    Ok(faults)
}
