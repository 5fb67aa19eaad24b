//! Accounts: the rules for e-mail addresses, passwords, sessions, and codes that work once.
//!
//! The numbers follow OWASP ASVS 5.0 (6.2 passwords, 7.3 sessions) and RFC 9700, section 4.14 (refresh
//! tokens).

pub mod freeze;
mod new_accounts;
mod once;
mod password;
mod person_name;
mod session;
mod shown_name;
mod tries;

pub use self::{
    new_accounts::{NEW_ACCOUNTS_WINDOW, next_account_at},
    once::{
        BACKUP_CODES, CHALLENGE_TRIES_MAX, LINK_CODE_TTL, LOGIN_CHALLENGE_TTL, OneTime, PROOF_TTL,
        RESET_MAILS_PER_HOUR, RESET_TOKEN_TTL, backup_code, link_code_is_sane, may_mail_reset,
        plain_backup_code, proof_is_fresh,
    },
    password::{PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, Password, WeakPassword},
    person_name::{InvalidName, NAME_LENGTH_MAX, PROFILE_NAME_LENGTH_MAX, PersonName},
    session::{ACCESS_TTL, REFRESH_GRACE, REFRESH_TTL, RefreshFamily, RefreshRefused, Rotation},
    shown_name::shown_name,
    tries::{
        PAUSE_MAX, PAUSE_STEP, TRIES_PER_ADDRESS, TRIES_PER_PERSON_AND_ADDRESS, TRIES_WITHOUT_PAUSE,
        TRY_WINDOW, Tries, pause_before,
    },
};
