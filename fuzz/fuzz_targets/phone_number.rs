//! Phone numbers as people and providers write them: a parsed number is canonical, and parses to itself.
#![no_main]

use domain::phone::{PhoneNumber, Region};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let homes = ["MX", "US", "BR"].into_iter().filter_map(Region::parse);
    let at_home = homes.map(|home| PhoneNumber::parse(text, home));
    for number in at_home.chain([PhoneNumber::parse_international(text)]).flatten() {
        let again = PhoneNumber::parse_international(number.e164());
        assert_eq!(again.as_ref().map(PhoneNumber::e164), Ok(number.e164()));
        assert!(number.digits().bytes().all(|byte| byte.is_ascii_digit()));
        assert!(!number.masked().contains(number.digits()));
    }
});
