//! Reads the file of a catalogue.

use crate::reader::Reader;
use domain::messaging::flow::{
    DraftCatalogue, DraftCity, DraftCountry, DraftEntry, FlowFault, FlowFile, Lined,
};
use toml::de::DeTable;

/// Reads a catalogue. Returns what it contains and the faults of its form.
pub(crate) fn read(text: &str) -> (DraftCatalogue, Vec<FlowFault>) {
    let mut r = Reader::new(text, FlowFile::Catalogue);
    let (document, faults) = DeTable::parse_recoverable(text);
    r.syntax(faults);
    if !r.faults.is_empty() {
        return (DraftCatalogue::default(), r.faults);
    }
    let root = r.table("a catalogue", 1, document.get_ref());
    r.only(&root, &["countries", "cities", "entries"]);
    let mut catalogue = DraftCatalogue::default();
    for country in r.tables(&root, "countries", "a country") {
        r.only(&country, &["code", "names"]);
        let (code, names) = (r.string(&country, "code"), r.list(&country, "names").value);
        catalogue.countries.push(DraftCountry { code, names });
    }
    for city in r.tables(&root, "cities", "a city") {
        r.only(&city, &["id", "names", "country", "at"]);
        catalogue.cities.push(DraftCity {
            id: r.string(&city, "id"),
            names: r.list(&city, "names").value,
            country: r.string(&city, "country"),
            at: r.position(&city, "at"),
        });
    }
    for entry in r.tables(&root, "entries", "an entry") {
        let (name, city) = (r.string(&entry, "name"), r.string(&entry, "city"));
        // The rules of the flow may use every other field of an entry.
        let fields = entry.others(&["name", "city"]);
        let fields = fields
            .map(|field| (Lined { line: field.line, value: field.key.to_owned() }, r.list_of(field)))
            .collect();
        catalogue.entries.push(DraftEntry { name, city, fields });
    }
    (catalogue, r.faults)
}
