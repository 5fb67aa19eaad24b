//! Reads one setting at a time, and collects the complaints. A complaint never shows a value.

use super::SettingsFaults;
use adapter_crypto::Keyring;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    str::FromStr,
};
use url::Url;

pub(super) struct Reader<'a> {
    pub(super) values: &'a BTreeMap<String, String>,
    pub(super) faults: SettingsFaults,
    /// Every name that was asked for; a test compares them with the list of names.
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(values: &'a BTreeMap<String, String>, faults: SettingsFaults) -> Self {
        Self { values, faults, asked: RefCell::default() }
    }

    #[cfg(test)]
    pub(super) fn asked(&self) -> BTreeSet<String> {
        self.asked.borrow().clone()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.asked.borrow_mut().insert(name.to_owned());
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn fault(&mut self, name: &str, complaint: impl Into<String>) {
        self.faults.0.push((name.to_owned(), complaint.into()));
    }

    /// The setting (or the default) as `parse` reads it. None, with a complaint, if `parse` refuses it.
    pub(super) fn read<T>(
        &mut self,
        name: &str,
        default: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(name).unwrap_or(default).to_owned();
        let read = parse(&value);
        if read.is_none() {
            self.fault(name, format!("must be {expected}"));
        }
        read
    }

    pub(super) fn number<T>(&mut self, name: &str, default: T) -> T
    where
        T: FromStr + PartialOrd + Default + Display + Copy,
    {
        let positive = |text: &str| text.parse::<T>().ok().filter(|n| *n >= T::default());
        self.read(name, &default.to_string(), "a whole number, 0 or more", positive).unwrap_or_default()
    }

    /// A whole number within `range`. A number outside it is refused, because a limit that is quietly moved is not
    /// the limit that was set.
    pub(super) fn within<T>(&mut self, name: &str, default: T, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let expected = format!("a whole number, {} to {}", range.start(), range.end());
        let inside = |text: &str| text.parse::<T>().ok().filter(|n| range.contains(n));
        self.read(name, &default.to_string(), &expected, inside).unwrap_or(default)
    }

    /// A setting without a default. None if it is not set, or, with a complaint, if `parse` refuses it.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.get(name)?;
        self.read(name, "", expected, parse)
    }

    pub(super) fn on_off(&mut self, name: &str, default: &str) -> bool {
        let read = |text: &str| match text {
            "on" | "true" | "1" | "yes" => Some(true),
            "off" | "false" | "0" | "no" => Some(false),
            _ => None,
        };
        self.read(name, default, "on or off", read).unwrap_or_default()
    }

    pub(super) fn required(&mut self, name: &str) -> String {
        match self.get(name) {
            Some(value) => value.to_owned(),
            None => {
                self.fault(name, "is missing");
                String::new()
            }
        }
    }

    pub(super) fn keyring(&mut self, name: &str) -> Option<Keyring> {
        match Keyring::parse(self.get(name).unwrap_or_default()) {
            Ok(keys) => Some(keys),
            Err(fault) => {
                self.fault(name, fault.to_string());
                None
            }
        }
    }

    pub(super) fn base_url(&mut self, name: &str, default: &str) -> String {
        let read = |text: &str| {
            let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
            let is_plain = url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none();
            (url.has_host() && is_plain).then(|| text.trim_end_matches('/').to_owned())
        };
        self.read(name, default, "an http or https address", read).unwrap_or_default()
    }
}
