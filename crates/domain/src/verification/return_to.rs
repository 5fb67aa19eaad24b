//! The return address of a hosted page. Only origins that the operator configured are allowed; otherwise the
//! page would be an open redirect (CWE-601).

use crate::ids::VerificationId;
use std::fmt;
use thiserror::Error;
use url::{Host, Url};

/// The longest return address, in bytes.
const LENGTH_MAX: usize = 2000;

/// An origin (RFC 6454) that people may return to: `https`, or `http` on the local machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin {
    text: String,
    is_encrypted: bool,
}

impl WebOrigin {
    /// Reads `https://app.example.com`, without path, query or user name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_encrypted = url.scheme() == "https";
        let is_origin = is_spelled_out(text)
            && !text.contains(['*', '?', '#'])
            && url.path() == "/"
            && (is_encrypted || is_local(&url));
        is_origin.then(|| Self { text: url.origin().ascii_serialization(), is_encrypted })
    }

    /// The origin as browsers write it in `Origin`: `https://app.example.com`, without a slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether traffic to it is encrypted (`https`).
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether browsers and this parser read the text in the same way. Browsers drop tabs, treat `\` as `/` and
/// accept missing slashes.
fn is_spelled_out(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    text.len() <= LENGTH_MAX
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
        && !authority.is_empty()
        && !authority.contains('@')
}

/// A return address that is allowed.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnTo(Url);

/// The text is no absolute URL of an allowed origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an absolute URL whose origin is one of RETURN_TO_ORIGINS")]
pub struct ReturnToRefused;

impl ReturnTo {
    /// Reads a URL, if its origin is exactly one of those allowed.
    pub fn try_new(text: &str, allowed: &[WebOrigin]) -> Result<Self, ReturnToRefused> {
        let url = Url::parse(text).map_err(|_malformed| ReturnToRefused)?;
        let origin = url.origin().ascii_serialization();
        let is_allowed = is_spelled_out(text) && allowed.iter().any(|known| known.text == origin);
        if is_allowed { Ok(Self(url)) } else { Err(ReturnToRefused) }
    }

    /// Reads a path (`/menu`) as a URL of the first allowed origin.
    pub fn path_of(text: &str, allowed: &[WebOrigin]) -> Result<Self, ReturnToRefused> {
        let first = allowed.first().ok_or(ReturnToRefused)?;
        if !text.starts_with('/') {
            return Err(ReturnToRefused);
        }
        Self::try_new(&format!("{}{text}", first.text), allowed)
    }

    /// Reads a stored URL, which was checked before it was stored.
    #[must_use]
    pub fn restore(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(Self)
    }

    /// The complete URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host name, to show to people.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The URL with `verification_id` and the team's own `state`. It proves nothing: the team must ask for
    /// the verification's status.
    #[must_use]
    pub fn with(&self, verification: VerificationId, state: Option<&str>) -> String {
        let ours = ["verification_id", "state"];
        let kept: Vec<(String, String)> =
            self.0.query_pairs().into_owned().filter(|(name, _)| !ours.contains(&name.as_str())).collect();
        let mut url = self.0.clone();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair("verification_id", &verification.to_string())
            .extend_pairs(state.map(|state| ("state", state)));
        url.into()
    }
}

impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Path and query belong to the team and may contain secrets.
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn allowed() -> Vec<WebOrigin> {
        ["https://app.example.com", "https://other.example:8443", "http://localhost:3000"]
            .map(|text| WebOrigin::parse(text).unwrap())
            .into()
    }

    #[test]
    fn origins_are_whole_and_encrypted_but_on_this_machine() {
        for good in ["https://a.example", "https://a.example/", "http://127.0.0.1:3000", "http://[::1]:3000"]
        {
            assert!(WebOrigin::parse(good).is_some(), "{good}");
        }
        assert!(!WebOrigin::parse("http://localhost").unwrap().is_encrypted());
        for bad in [
            "",
            "*",
            "https://*",
            "https://*.example.com",
            "a.example",
            "http://a.example",
            "https://a.example/x",
            "https://a.example?",
            "https://u@a.example",
            "https:a.example",
            "ftp://a.example",
            "https://",
            "https://a.example\\",
            "javascript:alert(1)",
            "null",
        ] {
            assert_eq!(WebOrigin::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn people_go_back_to_named_origins_only() {
        for good in [
            "https://app.example.com",
            "https://app.example.com/menu?a=1#top",
            "https://app.example.com:443/",
            "https://other.example:8443/x",
            "http://localhost:3000/back",
        ] {
            assert!(ReturnTo::try_new(good, &allowed()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "nowhere",
            "/menu",
            "//app.example.com/",
            "//evil.example/",
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "data:text/html,x",
            "http://app.example.com/",
            "https://evil.example/",
            "https://app.example.com.evil.example/",
            "https://app.example.com@evil.example/",
            "https://@app.example.com/",
            "https://user:secret@app.example.com/",
            "https://app.example.com:8443/",
            "https://other.example/",
            "https://app.example.com\\@evil.example/",
            "https:\\\\app.example.com/",
            "https:/app.example.com/",
            "https:app.example.com",
            "https:///app.example.com/",
            "https://app.example.com\t/",
            " https://app.example.com/",
            "https://app.example.com/\n",
            "https://app.example.com./",
            "https://xn--app-example.com/",
            "HTTPS://app.example.com/",
            "https://evil.example#https://app.example.com/",
            "https://evil.example?https://app.example.com/",
            "https://evil.example/https://app.example.com",
        ] {
            assert_eq!(ReturnTo::try_new(bad, &allowed()), Err(ReturnToRefused), "{bad}");
        }
        let long = format!("https://app.example.com/{}", "x".repeat(LENGTH_MAX));
        assert!(ReturnTo::try_new(&long, &allowed()).is_err());
        assert!(ReturnTo::try_new("https://app.example.com/", &[]).is_err(), "none named, none allowed");
    }

    #[test]
    fn the_return_url_has_our_id_and_the_teams_state_once() {
        let id = VerificationId(Uuid::from_u128(5));
        let to =
            ReturnTo::try_new("https://app.example.com/menu?a=1&state=old&verification_id=x#top", &allowed());
        let back = to.unwrap().with(id, Some("a b&c"));
        assert_eq!(back, format!("https://app.example.com/menu?a=1&verification_id={id}&state=a+b%26c#top"));
        let plain = ReturnTo::restore("https://app.example.com/menu").unwrap();
        assert_eq!(plain.with(id, None), format!("https://app.example.com/menu?verification_id={id}"));
    }
}
