//! Which secrets production refuses: those that are easy to find out, and those that serve twice.

use super::reader::Reader;
use adapter_crypto::SECRET_LENGTH_MIN;

/// Fewest different characters in a secret. A random secret of 32 hexadecimal digits has about 14.
const DIFFERENT_MIN: usize = 8;
/// Parts of secrets that come from examples.
const DEFAULTS: [&str; 9] = [
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "replace-me",
    "replace_me",
    "your-secret",
    "your_secret",
    "default-secret",
];

/// The secrets that are ours alone: nobody else needs to know them.
const OURS: [&str; 3] = ["JWT_SECRET", "HMAC_SECRET", "ENCRYPTION_KEY"];
/// Secrets that a provider sends us, and one that opens debug routes: they are chosen by the operator too.
const SHARED: [&str; 3] = ["DEBUG_KEY", "TELEGRAM_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN"];

/// Complains about secrets that can be guessed, and about a secret that is set twice.
pub(super) fn check(r: &mut Reader<'_>) {
    let mut seen: Vec<(&str, String)> = Vec::new();
    for name in OURS.into_iter().chain(SHARED) {
        let is_keyring = OURS.contains(&name);
        let setting = r.get(name).unwrap_or_default().to_owned();
        for part in setting.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let secret =
                if is_keyring { part.split_once(':').map_or(part, |(_, secret)| secret) } else { part };
            // What is too short is refused as such.
            let is_long = !is_keyring || secret.len() >= SECRET_LENGTH_MIN;
            if let Some(complaint) = guessable(secret).filter(|_| is_long) {
                r.fault(name, complaint);
            } else if let Some((other, _)) = seen.iter().find(|(_, known)| known == secret) {
                let other = (*other).to_owned();
                r.fault(name, format!("has the same secret as {other}: each must have its own"));
            }
            seen.push((name, secret.to_owned()));
        }
    }
}

/// Why a secret can be guessed. None if it does not look so.
fn guessable(secret: &str) -> Option<&'static str> {
    let lower = secret.to_ascii_lowercase();
    if DEFAULTS.iter().any(|default| lower.contains(default)) {
        return Some("is the secret of an example: make one of your own");
    }
    is_monotonous(secret).then_some("is monotonous: make it at random, such as with `openssl rand -hex 32`")
}

/// True for few different characters, for a short text repeated, and for characters in order.
fn is_monotonous(secret: &str) -> bool {
    let bytes = secret.as_bytes();
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    let repeats = |period: usize| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b);
    let steps: Vec<i16> =
        bytes.iter().zip(bytes.iter().skip(1)).map(|(a, b)| i16::from(*b) - i16::from(*a)).collect();
    let in_order = steps.iter().filter(|step| step.abs() <= 1).count();
    different.len() < DIFFERENT_MIN
        || (1..=bytes.len() / 2).any(repeats)
        || in_order.saturating_mul(4) >= steps.len().saturating_mul(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_are_easy_to_find_out_are_refused() {
        for weak in [
            "a".repeat(48),
            "ab".repeat(20),
            "0123456789".repeat(4),
            "correct-horse".repeat(3),
            "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
            "please-change-me-in-production-0123".to_owned(),
            "CHANGEME-qwertyuiop-asdfghjkl-zxcv".to_owned(),
        ] {
            assert!(guessable(&weak).is_some(), "{weak}");
        }
    }

    #[test]
    fn random_secrets_and_passphrases_are_accepted() {
        for good in [
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
            "an-access-token-secret-of-some-length",
            "k7Qz+W2m/9xLr4TnB8vYp1Ue6HsDgJcA",
            "48151623424815162342975310864209753186",
        ] {
            assert_eq!(guessable(good), None, "{good}");
        }
    }
}
