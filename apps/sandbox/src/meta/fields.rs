//! Reads a request field by field, so that each error names the field as Meta does.

use super::answer::{Checked, invalid, missing};
use serde_json::Value;

/// An object of a request, and its path.
pub(super) struct Object<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Object<'a> {
    pub(super) fn new(value: &'a Value, path: &str) -> Self {
        Self { value, path: path.to_owned() }
    }

    fn path_to(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}['{name}']", self.path) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// A required object.
    pub(super) fn object(&self, name: &str) -> Checked<Self> {
        let path = self.path_to(name);
        match self.get(name) {
            None => Err(missing(&format!("The parameter {path} is required."))),
            Some(value) if value.is_object() => Ok(Self { value, path }),
            Some(_) => Err(invalid(&format!("Param {path} must be a JSON object."))),
        }
    }

    pub(super) fn optional_object(&self, name: &str) -> Checked<Option<Self>> {
        self.get(name).map(|_| self.object(name)).transpose()
    }

    /// A required array of 1 to `max` objects.
    pub(super) fn items(&self, name: &str, max: usize) -> Checked<Vec<Self>> {
        let path = self.path_to(name);
        let list = match self.get(name) {
            None => return Err(missing(&format!("The parameter {path} is required."))),
            Some(value) => {
                value.as_array().ok_or_else(|| invalid(&format!("Param {path} must be an array.")))?
            }
        };
        if list.is_empty() || list.len() > max {
            return Err(invalid(&format!(
                "Invalid {name} count. Min allowed {name}: 1, Max allowed {name}: {max}"
            )));
        }
        let object = |(at, value): (usize, &'a Value)| {
            let path = format!("{path}[{at}]");
            if value.is_object() {
                Ok(Self { value, path })
            } else {
                Err(invalid(&format!("Param {path} must be a JSON object.")))
            }
        };
        list.iter().enumerate().map(object).collect()
    }

    /// A required text of 1 to `max` characters.
    pub(super) fn text(&self, name: &str, max: usize) -> Checked<&'a str> {
        let path = self.path_to(name);
        match self.optional_text(name, max)? {
            Some(text) => Ok(text),
            None => Err(missing(&format!("The parameter {path} is required."))),
        }
    }

    pub(super) fn optional_text(&self, name: &str, max: usize) -> Checked<Option<&'a str>> {
        let path = self.path_to(name);
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| invalid(&format!("Param {path} must be a string.")))?;
        if text.is_empty() || text.chars().count() > max {
            return Err(invalid(&format!("{path} length invalid. Min length: 1, Max length: {max}")));
        }
        Ok(Some(text))
    }

    /// A required text that is one of the known ones, in upper or lower case, as Meta accepts it.
    pub(super) fn one_of(&self, name: &str, known: &[&'static str]) -> Checked<&'static str> {
        let given = self.text(name, 64)?;
        known.iter().find(|one| one.eq_ignore_ascii_case(given)).copied().ok_or_else(|| {
            let names = known.iter().map(|one| one.to_uppercase()).collect::<Vec<_>>().join(", ");
            super::answer::parameter(&format!(
                "Param {} must be one of {{{names}}} - got \"{given}\".",
                self.path_to(name)
            ))
        })
    }
}
