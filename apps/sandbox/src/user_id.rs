//! Business-scoped user ids, by which `WhatsApp` names a person whose number it hides.

use domain::phone::PhoneNumber;

/// True for a business-scoped user id: `^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$`.
pub(crate) fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let id = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.chars().all(|c| c.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The user id of the person with this number. It is the same for every spelling of the number, and doesn't show
/// the number.
pub(crate) fn of_phone(phone: &str) -> String {
    let number = PhoneNumber::parse_international(phone).ok();
    let country = number.as_ref().and_then(PhoneNumber::country).unwrap_or_else(|| "US".into());
    let canonical = number.map_or_else(|| phone.to_owned(), |number| number.e164().to_owned());
    let digest = ring::digest::digest(&ring::digest::SHA256, canonical.as_bytes());
    let id = digest.as_ref().iter().take(8).fold(0_u64, |id, byte| (id << 8) | u64::from(*byte));
    format!("{country}.{id:020}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_scoped_ids() {
        assert!(is_user_id("MX.13491208655302741918") && is_user_id("US.ENT.a1"));
        for text in ["525511112222", "mx.1", "MEX.1", "MX.", "MX.ENT.", "MX.a-b", "+52.1"] {
            assert!(!is_user_id(text), "{text}");
        }
    }

    #[test]
    fn a_person_has_one_id_however_the_number_is_spelled() {
        let id = of_phone("+525511112222");
        assert!(is_user_id(&id) && id.starts_with("MX.") && !id.contains("11112222"));
        assert_eq!(of_phone("+5215511112222"), id);
        assert_ne!(of_phone("+525511112223"), id);
    }
}
