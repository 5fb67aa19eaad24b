//! Request signatures: HMAC-SHA256 under the client's own secret. The secret is used as it is, because
//! clients do not know our key derivation.

use ports::crypto::RequestSignatures;
use ring::hmac;
use std::collections::HashMap;

/// Secrets of internal clients; a client has two during a rotation.
pub struct ClientSecrets {
    keys: HashMap<String, Vec<hmac::Key>>,
    nobodys: [hmac::Key; 1],
}

impl ClientSecrets {
    /// Takes pairs of client id and secret. Empty secrets are ignored, because anybody can sign with them.
    #[must_use]
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut keys: HashMap<String, Vec<hmac::Key>> = HashMap::new();
        for (client, secret) in pairs.into_iter().filter(|(_, secret)| !secret.is_empty()) {
            keys.entry(client.to_owned()).or_default().push(key(secret));
        }
        Self { keys, nobodys: [key("nobody's")] }
    }
}

fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

impl RequestSignatures for ClientSecrets {
    fn is_by(&self, client: &str, base: &str, tag: &[u8; 32]) -> bool {
        let known = self.keys.get(client);
        let keys = known.map_or(self.nobodys.as_slice(), Vec::as_slice);
        // The comparison takes constant time and tries every key, whichever matches.
        let right = keys.iter().filter(|key| hmac::verify(key, base.as_bytes(), tag).is_ok()).count();
        known.is_some() && right > 0
    }
}

/// Signs a base as a client does, for tests that simulate a client. Returns lower-case hex.
#[must_use]
pub fn sign_request(secret: &str, base: &str) -> String {
    hex::encode(hmac::sign(&key(secret), base.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of the treasury, 32 characters or more";
    const BASE: &str = "GET:/api/v1/wallets?limit=2&user_id=7:1800000000:n-1:\
                        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn tag(secret: &str, base: &str) -> [u8; 32] {
        hmac::sign(&key(secret), base.as_bytes()).as_ref().try_into().unwrap()
    }

    #[test]
    fn a_signature_is_the_one_other_programs_make() {
        // Computed with Python's hmac; the second is test case 2 of RFC 4231.
        let vector = "cd50a1f306630c12e6330ddda3566ea7729c600700959c529de722372ed1cf37";
        assert_eq!(sign_request(SECRET, BASE), vector);
        let rfc = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign_request("Jefe", "what do ya want for nothing?"), rfc);
    }

    #[test]
    fn each_secret_of_a_client_signs_for_that_client_only() {
        let secrets = ClientSecrets::new([("treasury", SECRET), ("treasury", "new"), ("support", "another")]);
        assert!(secrets.is_by("treasury", BASE, &tag(SECRET, BASE)));
        assert!(secrets.is_by("treasury", BASE, &tag("new", BASE)));
        assert!(secrets.is_by("support", BASE, &tag("another", BASE)));
        assert!(!secrets.is_by("treasury", BASE, &tag("another", BASE)));
        assert!(!secrets.is_by("support", BASE, &tag(SECRET, BASE)));
        assert!(!secrets.is_by("treasury", "GET:/", &tag(SECRET, BASE)));
        let mut changed = tag(SECRET, BASE);
        changed[31] ^= 1;
        assert!(!secrets.is_by("treasury", BASE, &changed));
    }

    #[test]
    fn an_unknown_client_is_refused_whatever_the_secret() {
        let secrets = ClientSecrets::new([("treasury", SECRET), ("empty", "")]);
        for (client, secret) in [("stranger", SECRET), ("stranger", "nobody's"), ("empty", ""), ("", "")] {
            assert!(!secrets.is_by(client, BASE, &tag(secret, BASE)), "{client} {secret}");
        }
    }
}
