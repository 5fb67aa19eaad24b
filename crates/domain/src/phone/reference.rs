//! The reading of numbers compared with a complete port of libphonenumber.

use super::{InvalidPhone, Region, canonical, fold_mobile_prefix, plan};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, enums::Region as LibraryRegion,
};

/// Reads digits as the library does, as E.164 with folded mobile prefixes.
fn by_library(digits: &str, home: Option<LibraryRegion>) -> Result<String, InvalidPhone> {
    let parsed = PHONE_NUMBER_UTIL.parse(digits, home).map_err(|_source| InvalidPhone)?;
    if !matches!(parsed.is_possible_with_reason(), Ok(NumberLengthType::IsPossible)) {
        return Err(InvalidPhone);
    }
    let e164 = parsed.format_as(PhoneNumberFormat::E164);
    Ok(format!("+{}", fold_mobile_prefix(e164.trim_start_matches('+'))))
}

fn countries() -> Vec<LibraryRegion> {
    let mut countries: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    countries.sort_by_key(ToString::to_string);
    countries
}

/// How many numbers are compared; `PHONE_NUMBERS` asks for more than the usual run has.
fn cases() -> u32 {
    std::env::var("PHONE_NUMBERS").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000)
}

#[test]
fn the_countries_and_their_calling_codes_are_the_librarys() {
    assert!(countries().len() > 240);
    for country in countries() {
        let code = PHONE_NUMBER_UTIL.get_country_code_for_region(country).unwrap().to_string();
        let ours = Region::parse(&country.to_string()).unwrap();
        assert_eq!((ours.code(), ours.plan().unwrap().calling_code), (country.to_string(), code.as_str()));
    }
    for letters in ('A'..='Z').flat_map(|first| ('A'..='Z').map(move |second| format!("{first}{second}"))) {
        let is_country = countries().iter().any(|country| country.to_string() == letters);
        assert_eq!(Region::parse(&letters).is_some(), is_country, "{letters}");
    }
    assert_eq!(Region::parse("001"), None, "no country");
    assert_eq!(Region::parse("mx"), Some(Region::MEXICO));
    for code in 0..=1000 {
        let main = PHONE_NUMBER_UTIL.get_region_for_country_code(code).map(|region| region.to_string());
        let ours = plan::of_calling_code(&code.to_string()).map(|plan| plan.region.to_owned());
        assert_eq!(ours, main, "+{code}");
    }
}

#[test]
fn a_number_is_of_the_country_that_the_library_names() {
    let of_library = |e164: &str| {
        let number = PHONE_NUMBER_UTIL.parse(e164, None).ok()?;
        PHONE_NUMBER_UTIL.get_region_for_number(&number).map(|region| region.to_string())
    };
    for country in countries() {
        let Ok(example) = PHONE_NUMBER_UTIL.get_example_number(country) else { continue };
        let e164 = example.format_as(PhoneNumberFormat::E164).into_owned();
        let ours = plan::of_number(e164.trim_start_matches('+')).map(|plan| plan.region.to_owned());
        assert_eq!(ours, of_library(&e164), "{country}");
    }
    let shared = ["1", "7", "39", "44", "47", "61", "212", "262", "290", "358", "590", "599"];
    TestRunner::new(ProptestConfig {
        cases: cases() / 10,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
    .run(&(select(shared.to_vec()), "[0-9]{7,10}"), |(code, national)| {
        let e164 = format!("+{code}{national}");
        let Some(expected) = of_library(&e164) else { return Ok(()) };
        // The library removes trunk prefixes first; only what it leaves as it is can be compared.
        if by_library(&e164, None).as_deref() == Ok(e164.as_str()) {
            let ours = plan::of_number(e164.trim_start_matches('+')).map(|plan| plan.region);
            prop_assert_eq!(ours, Some(expected.as_str()), "{}", e164);
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn every_spelling_is_read_as_the_library_reads_it() {
    let numbers = (select(countries()), select(countries()), "[0-9]{3,15}", "[01]?[0-9]{0,3}", 0..7_u8);
    TestRunner::new(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })
    .run(&numbers, |(home, other, national, prefix, form)| {
        let [own, abroad] =
            [home, other].map(|country| PHONE_NUMBER_UTIL.get_country_code_for_region(country).unwrap());
        let digits = match form {
            0 => national,
            1 => format!("{prefix}{national}"),
            2 => format!("+{own}{national}"),
            3 => format!("+{own}{prefix}{national}"),
            4 => format!("{own}{prefix}{national}"),
            5 => format!("00{abroad}{national}"),
            _ => format!("{prefix}{abroad}{national}"),
        };
        let region = if digits.starts_with('+') { None } else { Some(home) };
        let ours = region.and_then(|region| Region::parse(&region.to_string()));
        prop_assert_eq!(canonical(&digits, ours), by_library(&digits, region), "{} in {}", digits, home);
        Ok(())
    })
    .unwrap();
}

#[test]
fn example_numbers_are_read_in_every_country() {
    for country in countries() {
        let Ok(example) = PHONE_NUMBER_UTIL.get_example_number(country) else { continue };
        let home = Region::parse(&country.to_string()).unwrap();
        let spellings = [PhoneNumberFormat::National, PhoneNumberFormat::International].map(|format| {
            let spelling = example.format_as(format).into_owned();
            spelling.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>()
        });
        let e164 = example.format_as(PhoneNumberFormat::E164);
        let expected = format!("+{}", fold_mobile_prefix(e164.trim_start_matches('+')));
        for spelling in spellings {
            assert_eq!(canonical(&spelling, Some(home)).as_deref(), Ok(expected.as_str()), "{spelling}");
        }
    }
}
