//! The key that hides the running numbers of CLABEs.

use crate::Keyring;
use domain::money::clabe::{ClabeIssuer, ClabePrefix};

/// The issuer of CLABEs under a prefix. Its key is derived from the newest key of the ring. After a rotation new
/// CLABEs are made under another key; those that were assigned stay.
#[must_use]
pub fn clabe_issuer(keys: &Keyring, prefix: ClabePrefix) -> Option<ClabeIssuer> {
    let (_, key) = keys.derive("clabe/v1").into_iter().next()?;
    Some(ClabeIssuer::new(prefix, &key))
}
