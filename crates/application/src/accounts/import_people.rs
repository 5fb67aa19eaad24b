//! Import people from another system: their addresses, numbers and names, all of it unproved.

use crate::kernel::Kernel;
use domain::{
    accounts::PersonName,
    email::EmailAddress,
    ids::UserId,
    operations::audit::Actor,
    phone::{PhoneNumber, Region},
};
use ports::{
    accounts::{Imported, ImportedPerson, Users},
    store_error::StoreError,
};
use std::{fmt::Display, sync::Arc};
use thiserror::Error;

/// Imports people.
pub struct ImportPeople {
    accounts: Arc<dyn Users>,
    kernel: Kernel,
    region: Region,
}

/// A person as another system wrote them; an empty field is one that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonRow {
    /// The e-mail address; a must.
    pub email: String,
    /// The number, in any usual spelling.
    pub phone: String,
    /// The first name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
}

/// Why a person was not imported. Nothing of them is stored.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A field can't be read.
    #[error("{field} {reason}")]
    BadField {
        /// The name of the field, as in [`PersonRow`].
        field: &'static str,
        /// What is wrong with it, without its value.
        reason: String,
    },
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportPeople {
    /// Builds the use case. National numbers belong to `region`.
    #[must_use]
    pub fn new(accounts: Arc<dyn Users>, kernel: Kernel, region: Region) -> Self {
        Self { accounts, kernel, region }
    }

    /// Imports one person, unless their address has an account.
    ///
    /// # Errors
    /// The first field that can't be read, or the store's failure.
    #[tracing::instrument(name = "import_person", level = "debug", skip_all)]
    pub async fn import(&self, row: &PersonRow, actor: &Actor) -> Result<Imported, ImportError> {
        let email = EmailAddress::parse(row.email.trim()).map_err(|fault| bad("email", &fault))?;
        let phone = given(&row.phone).map(|text| PhoneNumber::parse(text, self.region)).transpose();
        let phone = phone.map_err(|_invalid| bad("phone", &"must be a phone number"))?;
        let name = |field, text: &str| {
            given(text).map(PersonName::parse).transpose().map_err(|fault| bad(field, &fault))
        };
        let person = ImportedPerson {
            id: UserId(self.kernel.new_id()),
            email,
            phone,
            first_name: name("first_name", &row.first_name)?,
            last_name: name("last_name", &row.last_name)?,
            actor: actor.clone(),
        };
        Ok(self.accounts.import_person(&person, self.kernel.now()).await?)
    }
}

fn bad(field: &'static str, reason: &impl Display) -> ImportError {
    ImportError::BadField { field, reason: reason.to_string() }
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::principal::Principal;
    use ports::accounts::MockUsers;
    use testkit::{CountedIds, MovableClock, SeededRandom};

    fn row(email: &str, phone: &str, first_name: &str) -> PersonRow {
        PersonRow {
            email: email.into(),
            phone: phone.into(),
            first_name: first_name.into(),
            ..PersonRow::default()
        }
    }

    async fn import(row: PersonRow) -> Result<(), String> {
        let mut users = MockUsers::new();
        users.expect_import_person().returning(|person, _| {
            assert_eq!(person.phone.as_ref().map(PhoneNumber::e164), Some("+525512345678"));
            assert_eq!(person.first_name.as_ref().map(PersonName::as_str), Some("Ana"));
            Ok(Imported::Created(person.id))
        });
        let kernel = Kernel {
            clock: Arc::new(MovableClock::default()),
            ids: Arc::new(CountedIds::default()),
            random: Arc::new(SeededRandom::of(1)),
        };
        let actor = Actor { who: Principal::System, channel: "command".into(), request_id: "import".into() };
        let people = ImportPeople::new(Arc::new(users), kernel, Region::parse("MX").unwrap());
        people.import(&row, &actor).await.map(|_imported| ()).map_err(|fault| fault.to_string())
    }

    #[tokio::test]
    async fn a_person_is_read_as_written_and_a_bad_field_is_named() {
        import(row(" ana@example.com ", "55 1234 5678", "Ana")).await.unwrap();
        for (bad, field) in [
            (row("", "", ""), "email "),
            (row("nobody", "", ""), "email "),
            (row("ana@example.com", "12", ""), "phone "),
            (row("ana@example.com", "", "A\u{7}"), "first_name "),
        ] {
            let complaint = import(bad).await.unwrap_err();
            assert!(complaint.starts_with(field), "{complaint}");
        }
    }
}
