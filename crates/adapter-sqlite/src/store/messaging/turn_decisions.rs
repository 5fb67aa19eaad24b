//! What turns decided, besides the states of their conversations and their timers.

use super::{
    consent_rows::{Change, change_consent},
    flows::keep_response,
    leased_contacts::Sender,
    outbox::new_row::{LaneKey, NewOutboxRow, open_lanes, recipient_hash},
};
use crate::{
    backend::{Conn, DbId, insert_outbox},
    store::{
        accounts::names::keep_profile_name,
        error::SqlError,
        money::payees::change_payee,
        operations::audit_record::record,
        queued::note,
        subjects::{Vault, contacts::contacts_of},
    },
};
use chrono::{DateTime, Utc};
use ports::{
    messaging::{LeaseAtOnce, LeasedMessage, NewOutbound, Turn},
    operations::WorkKind,
    subject_keys::SubjectKeyId,
};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// A turn that ends, and whose it is. Replies to the sender go to the contact `to`.
pub(super) struct Decided<'a> {
    pub(super) turn: &'a Turn,
    pub(super) sender: &'a Sender,
    pub(super) to: Uuid,
    pub(super) lease: Option<LeaseAtOnce>,
}

/// Writes what turns decided, but for the states of their conversations and their timers. Returns those replies of each
/// that were leased at once.
pub(super) async fn write_decisions(
    conn: &mut Conn,
    vault: &Vault,
    turns: &[Decided<'_>],
    now: DateTime<Utc>,
) -> Result<Vec<Vec<LeasedMessage>>, SqlError> {
    for one in turns {
        write_consent(conn, vault, one, now).await?;
    }
    let leased = write_replies(conn, vault, turns, now).await?;
    let mut audit = Vec::new();
    for Decided { turn, sender, .. } in turns {
        if let Some(response) = &turn.flow_response {
            let keys = vault.key_for(conn, SubjectKeyId::chat(sender.contact), now).await?;
            keep_response(conn, &keys, sender.contact, turn.event, response, now).await?;
        }
        for change in &turn.payee_changes {
            change_payee(conn, vault, change, now).await?;
        }
        if let Some((user, name)) = &turn.profile_name {
            keep_profile_name(conn, vault, *user, name, now).await?;
        }
        audit.extend_from_slice(&turn.audit);
    }
    record(conn, &audit, now).await?;
    Ok(leased)
}

async fn write_consent(
    conn: &mut Conn,
    vault: &Vault,
    Decided { turn, sender, .. }: &Decided<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let Some(consent) = turn.consent else { return Ok(()) };
    let change = Change {
        channel: &sender.channel,
        hash: &sender.hash,
        recipient: sender.key.as_deref(),
        consent,
        source: "message",
    };
    change_consent(conn, vault, &change, now).await
}

/// Puts the replies into the outbox. Those are leased at once that are the first of their lane.
async fn write_replies(
    conn: &mut Conn,
    vault: &Vault,
    turns: &[Decided<'_>],
    now: DateTime<Utc>,
) -> Result<Vec<Vec<LeasedMessage>>, SqlError> {
    let hash = |reply: &NewOutbound| recipient_hash(vault, reply.message.channel, &reply.message.recipient);
    let to_others = |one: &Decided<'_>| {
        let hashes = one.turn.replies.iter().map(hash).collect::<BTreeSet<_>>();
        hashes.into_iter().filter(|hash| *hash != one.sender.hash).collect::<Vec<_>>()
    };
    let others: BTreeSet<String> = turns.iter().flat_map(to_others).collect();
    if !others.is_empty() {
        contacts_of(conn, others, now).await?;
    }
    let mut rows = Vec::new();
    for Decided { turn, sender, to, .. } in turns {
        let mut own = Vec::with_capacity(turn.replies.len());
        for reply in &turn.replies {
            let known = Some((sender.hash.as_str(), *to));
            let conversation = Some(DbId(turn.conversation.0));
            own.push(NewOutboxRow::known(conn, vault, reply, conversation, known, now).await?);
        }
        rows.push(own);
    }
    // Those that are not leased are looked for.
    let mut open = if turns.iter().any(|one| one.lease.is_some()) {
        open_lanes(conn, rows.iter().flatten(), now).await?
    } else {
        HashSet::new()
    };
    let mut leased = Vec::with_capacity(turns.len());
    for (one, own) in turns.iter().zip(&mut rows) {
        leased.push(lease_first(one, own, &mut open, now));
    }
    insert_outbox(conn, rows.into_iter().flatten().collect()).await?;
    Ok(leased)
}

/// Leases those replies of a turn that no open message is before. `open` has the lanes with an open message. What waits
/// behind another message is told when that one is settled.
fn lease_first(
    Decided { turn, lease, .. }: &Decided<'_>,
    rows: &mut [NewOutboxRow],
    open: &mut HashSet<LaneKey>,
    now: DateTime<Utc>,
) -> Vec<LeasedMessage> {
    let mut leased = Vec::new();
    for (reply, row) in turn.replies.iter().zip(rows) {
        let is_first = open.insert(row.lane_key());
        match lease {
            Some(lease) if is_first && leased.len() < lease.count => {
                leased.push(row.lease(reply, lease.until));
            }
            _ if is_first => note(WorkKind::Messages, now),
            _ => {}
        }
    }
    leased
}
