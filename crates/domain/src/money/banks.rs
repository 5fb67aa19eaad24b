//! The banks of CLABEs: the first three digits name the institution that keeps the account.
//!
//! Source: the catalogue of participants that Banco de México publishes for its payment system SPEI
//! (banxico.org.mx/cep). Its codes have five digits; a CLABE has the last three of them. Names are the short
//! ones that people know.

/// Code and name, ordered by code.
const BANKS: [(&str, &str); 94] = [
    ("001", "Banco de México"),
    ("002", "Banamex"),
    ("006", "Bancomext"),
    ("009", "Banobras"),
    ("012", "BBVA"),
    ("014", "Santander"),
    ("019", "Banjército"),
    ("021", "HSBC"),
    ("030", "BanBajío"),
    ("036", "Inbursa"),
    ("042", "Mifel"),
    ("044", "Scotiabank"),
    ("058", "Banregio"),
    ("059", "Invex"),
    ("060", "Bansí"),
    ("062", "Afirme"),
    ("072", "Banorte"),
    ("106", "Bank of America"),
    ("108", "MUFG"),
    ("110", "J.P. Morgan"),
    ("112", "Monex"),
    ("113", "Ve por Más"),
    ("124", "Citi México"),
    ("127", "Banco Azteca"),
    ("128", "Kapital"),
    ("129", "Barclays"),
    ("130", "Compartamos"),
    ("132", "Multiva"),
    ("133", "Actinver"),
    ("135", "Nafin"),
    ("136", "Intercam"),
    ("137", "BanCoppel"),
    ("138", "Ualá"),
    ("140", "Consubanco"),
    ("141", "Volkswagen Bank"),
    ("143", "CIBanco"),
    ("145", "Banco Base"),
    ("147", "Bankaool"),
    ("148", "PagaTodo"),
    ("150", "Inmobiliario Mexicano"),
    ("151", "Donde Banco"),
    ("152", "Bancrea"),
    ("154", "Covalto"),
    ("155", "ICBC"),
    ("156", "Sabadell"),
    ("157", "Shinhan"),
    ("158", "Mizuho"),
    ("159", "Bank of China"),
    ("160", "Banco S3"),
    ("166", "Banco del Bienestar"),
    ("167", "Hey Banco"),
    ("168", "Hipotecaria Federal"),
    ("600", "Monex Casa de Bolsa"),
    ("601", "GBM"),
    ("602", "Masari"),
    ("605", "Value"),
    ("608", "Vector"),
    ("616", "Finamex"),
    ("617", "Valmex"),
    ("620", "Profuturo"),
    ("630", "Intercam Casa de Bolsa"),
    ("631", "CI Casa de Bolsa"),
    ("634", "Fincomún"),
    ("638", "Nu"),
    ("646", "STP"),
    ("652", "Asea"),
    ("653", "Kuspit"),
    ("656", "Unagra"),
    ("659", "ASP Integra"),
    ("661", "Klar"),
    ("670", "Libertad"),
    ("677", "Caja Popular Mexicana"),
    ("680", "Cristóbal Colón"),
    ("683", "Caja Telefonistas"),
    ("684", "Transfer"),
    ("685", "FIRA"),
    ("688", "Crediclub"),
    ("689", "Fomped"),
    ("699", "Fondeadora"),
    ("703", "Tesored"),
    ("706", "Arcus"),
    ("710", "NVIO"),
    ("715", "Cashi"),
    ("720", "MexPago"),
    ("721", "Albo"),
    ("722", "Mercado Pago"),
    ("723", "Cuenca"),
    ("725", "Coopdesarrollo"),
    ("728", "Spin"),
    ("730", "Swap"),
    ("732", "Peibo"),
    ("734", "Finco Pay"),
    ("738", "Fintoc"),
    ("902", "Indeval"),
];

/// The bank of a CLABE, by its first three digits; `None` for a code that no bank has.
#[must_use]
pub fn bank_of_clabe(digits: &str) -> Option<&'static str> {
    let code = digits.get(..3)?;
    let at = BANKS.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
    BANKS.get(at).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_in_order_and_each_is_there_once() {
        for pair in BANKS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
        assert!(BANKS.iter().all(|(code, _)| code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())));
    }

    #[test]
    fn a_clabe_names_its_bank() {
        for (digits, bank) in [
            ("012180001234567890", Some("BBVA")),
            ("014180001234567890", Some("Santander")),
            ("072180001234567890", Some("Banorte")),
            ("646180157000000004", Some("STP")),
            ("722969010000000000", Some("Mercado Pago")),
            ("000180001234567890", None),
            ("999180001234567890", None),
            ("64", None),
            ("", None),
        ] {
            assert_eq!(bank_of_clabe(digits), bank, "{digits}");
        }
    }
}
