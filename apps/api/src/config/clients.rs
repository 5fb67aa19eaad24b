//! `CLIENTS_FILE`: internal clients that sign their requests. Every error in the file is reported with its
//! line; no value is shown.

use super::{ClientSettings, reader::Reader};
use crate::scopes::ALL_SCOPES;
use adapter_crypto::SECRET_LENGTH_MIN;
use domain::operations::signed_request::is_client_id;
use secrecy::{ExposeSecret, SecretString};
use std::{fs, ops::Range, path::Path};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

const SETTING: &str = "CLIENTS_FILE";
const FIELDS: [&str; 4] = ["id", "scopes", "secrets", "secret_files"];
/// Secrets that a client may have: one, or two during a rotation.
const SECRETS_MAX: usize = 2;

/// The clients of `CLIENTS_FILE`; empty if it is not set.
pub(super) fn read(r: &mut Reader<'_>) -> Vec<ClientSettings> {
    let Some(path) = r.get(SETTING).map(str::to_owned) else { return Vec::new() };
    match fs::read_to_string(&path) {
        Err(fault) => {
            r.fault(SETTING, format!("can't be read: {}", fault.kind()));
            Vec::new()
        }
        Ok(text) => {
            let folder = Path::new(&path).parent().unwrap_or(Path::new(""));
            let (clients, complaints) = parse(&text, folder);
            for complaint in complaints {
                r.fault(SETTING, complaint);
            }
            clients
        }
    }
}

/// The clients of a TOML text, and its errors. `secret_files` are looked for in `folder`.
fn parse(text: &str, folder: &Path) -> (Vec<ClientSettings>, Vec<String>) {
    let mut file = ClientsFile { text, folder, complaints: Vec::new() };
    let (document, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        // The parser's own message may quote a secret.
        file.complain(&fault.span().unwrap_or_default(), "is not TOML");
    }
    let clients = if faults.is_empty() { file.clients(document.get_ref()) } else { Vec::new() };
    (clients, file.complaints)
}

struct ClientsFile<'a> {
    text: &'a str,
    folder: &'a Path,
    complaints: Vec<String>,
}

impl ClientsFile<'_> {
    fn complain(&mut self, at: &Range<usize>, complaint: &str) {
        let before = self.text.bytes().take(at.start);
        let line = before.filter(|byte| *byte == b'\n').count().saturating_add(1);
        self.complaints.push(format!("line {line}: {complaint}"));
    }

    fn clients(&mut self, document: &DeTable<'_>) -> Vec<ClientSettings> {
        let mut clients: Vec<ClientSettings> = Vec::new();
        for (key, value) in document {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("clients", DeValue::Array(tables)) => {
                    for table in tables {
                        if let Some(client) = self.client(table, &clients) {
                            clients.push(client);
                        }
                    }
                }
                _ => self.complain(&key.span(), "only [[clients]] is allowed here"),
            }
        }
        if clients.is_empty() && self.complaints.is_empty() {
            self.complain(&(0..0), "at least one [[clients]] is needed");
        }
        clients
    }

    fn client(&mut self, table: &Spanned<DeValue<'_>>, others: &[ClientSettings]) -> Option<ClientSettings> {
        let DeValue::Table(fields) = table.get_ref() else {
            self.complain(&table.span(), "a client must be a table");
            return None;
        };
        for (key, _) in fields {
            if !FIELDS.contains(&key.get_ref().as_ref()) {
                self.complain(
                    &key.span(),
                    "unknown field; a client has id, scopes, secrets and secret_files",
                );
            }
        }
        let id = self.id(table, fields.get("id"), others);
        let scopes = self.scopes(table, fields.get("scopes"));
        let secrets = self.secrets(table, fields, others);
        // A client with errors is kept, so that later ones are compared with it.
        Some(ClientSettings { id: id.unwrap_or_default(), scopes, secrets })
    }

    fn id(
        &mut self,
        table: &Spanned<DeValue<'_>>,
        field: Option<&Spanned<DeValue<'_>>>,
        others: &[ClientSettings],
    ) -> Option<String> {
        let at = field.map_or_else(|| table.span(), Spanned::span);
        let id = field.and_then(|value| value.get_ref().as_str()).filter(|id| is_client_id(id));
        match id {
            None => self.complain(
                &at,
                "a client needs an id of 1 to 64 letters, digits, dots, hyphens or underscores",
            ),
            Some(id) if others.iter().any(|other| other.id == id) => {
                self.complain(&at, "another client has this id");
            }
            Some(_) => {}
        }
        id.map(str::to_owned)
    }

    fn scopes(&mut self, table: &Spanned<DeValue<'_>>, field: Option<&Spanned<DeValue<'_>>>) -> Vec<String> {
        let mut scopes = Vec::new();
        if field.is_none() {
            self.complain(&table.span(), "a client needs scopes; write [] for none");
        }
        for (at, scope) in field.map(|field| self.texts(field)).unwrap_or_default() {
            if ALL_SCOPES.contains(&scope.as_str()) {
                scopes.push(scope);
            } else {
                self.complain(&at, &format!("unknown scope; the scopes are {}", ALL_SCOPES.join(", ")));
            }
        }
        scopes
    }

    fn secrets(
        &mut self,
        table: &Spanned<DeValue<'_>>,
        fields: &DeTable<'_>,
        others: &[ClientSettings],
    ) -> Vec<SecretString> {
        let mut found = fields.get("secrets").map(|field| self.texts(field)).unwrap_or_default();
        for (at, name) in fields.get("secret_files").map(|field| self.texts(field)).unwrap_or_default() {
            match fs::read_to_string(self.folder.join(name)) {
                Ok(text) => found.push((at, text.trim_end_matches(['\n', '\r']).to_owned())),
                Err(fault) => self.complain(&at, &format!("this file can't be read: {}", fault.kind())),
            }
        }
        if !(1..=SECRETS_MAX).contains(&found.len()) {
            self.complain(&table.span(), "a client needs one secret, or two during a rotation");
        }
        let mut secrets: Vec<SecretString> = Vec::new();
        for (at, secret) in found {
            if secret.len() < SECRET_LENGTH_MIN {
                self.complain(&at, &format!("a secret must be at least {SECRET_LENGTH_MIN} characters long"));
            }
            let mut known = others.iter().flat_map(|other| &other.secrets).chain(&secrets);
            if known.any(|known| known.expose_secret() == secret) {
                self.complain(&at, "this secret occurs twice: it would not identify one client");
            }
            secrets.push(SecretString::from(secret));
        }
        secrets
    }

    /// The texts of a list, each with its position.
    fn texts(&mut self, field: &Spanned<DeValue<'_>>) -> Vec<(Range<usize>, String)> {
        let DeValue::Array(items) = field.get_ref() else {
            self.complain(&field.span(), "this must be a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push((item.span(), text.to_owned())),
                None => self.complain(&item.span(), "this must be a text"),
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests;
