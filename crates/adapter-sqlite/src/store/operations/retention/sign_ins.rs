//! Sign-ins: what has ended, and counts of tries.

use super::{
    held::Held,
    part::{Condition, delete_rows, part},
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{link_codes, login_challenges, new_accounts, password_tries, reset_tokens, sessions},
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;

part!(
    /// Sessions whose time is over.
    ExpiredSessions: sessions by id as DbId, since expires_at, expired_sessions, delete_sessions
);
part!(
    /// Sessions that were ended.
    EndedSessions: sessions by id as DbId, since ended_at, ended_sessions, delete_sessions
);
delete_rows!(delete_sessions: sessions by id as DbId);

fn expired_sessions(held: &Held, before: DbTime) -> Condition<sessions::table> {
    Box::new(sessions::expires_at.lt(before).and(sessions::user_id.ne_all(held.users.clone())))
}

fn ended_sessions(held: &Held, before: DbTime) -> Condition<sessions::table> {
    let ended = sessions::ended_at.is_not_null().and(sessions::ended_at.assume_not_null().lt(before));
    Box::new(ended.and(sessions::user_id.ne_all(held.users.clone())))
}

part!(
    /// Sign-ins that waited for a second factor.
    Challenges: login_challenges by hash as Vec<u8>, since expires_at, challenges, delete_challenges
);
delete_rows!(delete_challenges: login_challenges by hash as Vec<u8>);

fn challenges(held: &Held, before: DbTime) -> Condition<login_challenges::table> {
    Box::new(
        login_challenges::expires_at.lt(before).and(login_challenges::user_id.ne_all(held.users.clone())),
    )
}

part!(
    /// Links that set a new password.
    ResetTokens: reset_tokens by hash as Vec<u8>, since expires_at, tokens, delete_tokens
);
delete_rows!(delete_tokens: reset_tokens by hash as Vec<u8>);

fn tokens(held: &Held, before: DbTime) -> Condition<reset_tokens::table> {
    Box::new(reset_tokens::expires_at.lt(before).and(reset_tokens::user_id.ne_all(held.users.clone())))
}

part!(
    /// Codes that bind a chat.
    LinkCodes: link_codes by hash as Vec<u8>, since expires_at, links, delete_links
);
delete_rows!(delete_links: link_codes by hash as Vec<u8>);

fn links(held: &Held, before: DbTime) -> Condition<link_codes::table> {
    let is_held = link_codes::user_id.assume_not_null().eq_any(held.users.clone());
    let of_nobody_held = link_codes::user_id.is_null().or(diesel::dsl::not(is_held));
    Box::new(link_codes::expires_at.lt(before).and(of_nobody_held))
}

part!(
    /// Counts of passwords that were tried.
    Tries: password_tries by name as String, since since, tries, delete_tries
);
delete_rows!(delete_tries: password_tries by name as String);

fn tries(_held: &Held, before: DbTime) -> Condition<password_tries::table> {
    Box::new(password_tries::since.lt(before))
}

part!(
    /// Accounts that were created, for the limit by network address.
    NewAccounts: new_accounts by seq as i64, since at, accounts, delete_accounts
);
delete_rows!(delete_accounts: new_accounts by seq as i64);

fn accounts(_held: &Held, before: DbTime) -> Condition<new_accounts::table> {
    Box::new(new_accounts::at.lt(before))
}
