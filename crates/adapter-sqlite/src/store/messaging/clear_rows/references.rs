//! Rows that belong to no subject: early delivery reports, notices, and answers under idempotency keys.

use super::{BATCH, HASHES};
use crate::{
    backend::Conn,
    store::{
        error::SqlError,
        messaging::outbox::row::provider_hash,
        operations::sealed_answers::{caller_of, seal_answer},
        rows::{corrupt, from_json, to_json},
        schema::{early_delivery_reports, idempotent_responses, notices},
        subjects::Vault,
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::principal::Principal;
use ports::{messaging::inbound_webhook::StatusReport, subject_keys::LookupKind};

/// Delivery reports that came before the provider's id of their message.
pub(super) async fn early_reports(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let rows = early_delivery_reports::table
        .filter(early_delivery_reports::provider_hash.not_like(HASHES))
        .limit(BATCH)
        .select((
            early_delivery_reports::seq,
            early_delivery_reports::provider_hash,
            early_delivery_reports::report,
        ))
        .load::<(i64, String, String)>(conn)
        .await?;
    for (seq, provider_id, report) in &rows {
        let report = StatusReport { provider_id: None, ..from_json(report)? };
        diesel::update(early_delivery_reports::table.find(seq))
            .set((
                early_delivery_reports::provider_hash.eq(provider_hash(vault, provider_id)),
                early_delivery_reports::report.eq(to_json(&report)?),
            ))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}

/// Notices, whose bodies are sealed already.
pub(super) async fn notices(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let rows = notices::table
        .filter(notices::notice_hash.not_like(HASHES))
        .limit(BATCH)
        .select((notices::seq, notices::notice_hash))
        .load::<(i64, String)>(conn)
        .await?;
    for (seq, key) in &rows {
        let hash = vault.lookup(LookupKind::ProviderReference, key);
        diesel::update(notices::table.find(seq)).set(notices::notice_hash.eq(hash)).execute(conn).await?;
    }
    Ok(rows.len())
}

/// Answers to requests, and the network addresses of anonymous callers.
pub(super) async fn answers(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let is_anonymous = idempotent_responses::caller
        .like("anonymous:%")
        .and(idempotent_responses::caller.not_like(format!("anonymous:{HASHES}")));
    let rows = idempotent_responses::table
        .filter(idempotent_responses::answer.is_not_null().or(is_anonymous))
        .limit(BATCH)
        .select((
            idempotent_responses::caller,
            idempotent_responses::operation,
            idempotent_responses::key,
            idempotent_responses::answer,
        ))
        .load::<(String, String, String, Option<String>)>(conn)
        .await?;
    for (caller, operation, key, answer) in &rows {
        let principal: Principal = caller.parse().map_err(corrupt)?;
        let of = (caller_of(vault, &principal), operation.clone(), key.clone());
        let sealed = answer.as_ref().map(|answer| seal_answer(vault.sealer(), &of, answer));
        diesel::update(idempotent_responses::table.find((caller, operation, key)))
            .set((
                idempotent_responses::caller.eq(&of.0),
                idempotent_responses::sealed.eq(sealed),
                idempotent_responses::answer.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}
