//! Examples of names and of the payees that they mean.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn payees(names: &[&str]) -> Vec<Payee> {
    let payee = |(at, name): (u128, &&str)| Payee {
        id: PayeeId(Uuid::from_u128(at)),
        owner: UserId(Uuid::from_u128(9)),
        name: (*name).to_owned(),
        account: AccountNumber::Plain(format!("{at:010}")),
        last_paid_at: DateTime::UNIX_EPOCH,
    };
    (1..).zip(names).map(payee).collect()
}

/// The names that are found, in the order of the list.
fn found(said: &str, known: &[&str]) -> Vec<String> {
    let list = payees(known);
    match closest(said, &list) {
        Closest::Nobody => Vec::new(),
        Closest::One(payee) => vec![payee.name.clone()],
        Closest::Several(several) => several.into_iter().map(|payee| payee.name.clone()).collect(),
    }
}

#[test]
fn case_accents_and_small_words_do_not_count() {
    for (said, known) in [
        ("juan", "Juan"),
        ("JUAN", "juan"),
        ("a juan", "Juan"),
        ("mamá", "Mama"),
        ("mi mamá", "mamá"),
        ("my mom", "mom"),
        ("minha mãe", "mae"),
        ("mi amigo Juan", "Juan"),
        ("my friend Bob", "Bob"),
        ("meu amigo Bruno", "Bruno"),
        ("la señora Rosa", "Rosa"),
        ("Maria Angeles", "María de los Ángeles"),
        ("lopez ana", "Ana López"),
    ] {
        assert_eq!(found(said, &[known, "Zoila"]), [known], "{said}");
    }
}

#[test]
fn a_part_of_the_name_is_enough() {
    for said in ["Lalo", "lalo", "mi primo", "el primo Lalo", "primo"] {
        assert_eq!(found(said, &["primo Lalo", "tía Rosa"]), ["primo Lalo"], "{said}");
    }
    for said in ["la Ruiz", "Ruiz", "Ana Ruiz"] {
        assert_eq!(found(said, &["Ana López", "Ana Ruiz"]), ["Ana Ruiz"], "{said}");
    }
}

#[test]
fn several_that_fit_are_all_named() {
    assert_eq!(found("Ana", &["Ana López", "Luis", "Ana Ruiz"]), ["Ana López", "Ana Ruiz"]);
    assert_eq!(found("mi primo", &["primo Lalo", "primo Beto"]), ["primo Lalo", "primo Beto"]);
    assert_eq!(found("Luis", &["Luis", "luis"]), ["Luis", "luis"], "one name with two accounts");
}

#[test]
fn the_whole_name_beats_a_part_of_another() {
    assert_eq!(found("Ana", &["Ana López", "Ana"]), ["Ana"]);
    assert_eq!(found("mi amiga Ana", &["Ana López", "Ana"]), ["Ana"]);
    assert_eq!(found("mi mamá", &["mamá de Luis", "mamá"]), ["mamá"]);
    assert_eq!(found("Juan", &["primo Juan", "Juan"]), ["Juan"]);
}

#[test]
fn more_than_the_name_is_somebody_else() {
    for (said, known) in [
        ("Juan Pérez", "Juan"),
        ("mi tío Lalo", "primo Lalo"),
        ("mi hermano", "primo Lalo"),
        ("mi primo", "Lalo"),
        ("Luis", "Luisa"),
        ("Ana", "Susana"),
        ("", "Ana"),
        ("a la", "Ana"),
        ("👍", "Ana"),
    ] {
        assert_eq!(found(said, &[known]), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn a_name_of_small_words_is_found_by_itself_alone() {
    assert_eq!(found("la", &["La", "La Chiquita"]), ["La"]);
    assert_eq!(found("los", &["La"]), Vec::<String>::new());
}

#[test]
fn one_mistyped_letter_of_a_long_word_is_forgiven() {
    for (said, known) in [
        ("Gonzalo", "Gonsalo"),
        ("Ana Lopes", "Ana López"),
        ("Ricrado", "Ricardo"),
        ("Fernado", "Fernando"),
        ("Fernanndo", "Fernando"),
        ("Carlos", "Karlos"),
    ] {
        assert_eq!(found(said, &[known, "Zoila"]), [known], "{said}");
    }
    for (said, known) in [
        ("Rita", "Rina"),
        ("Mario", "María"),
        ("Daniel", "Daniela"),
        ("Daniela", "Daniel"),
        ("Andrea", "Andrés"),
        ("Fernadno", "Ferando"),
        ("Ricardo", "Eduardo"),
    ] {
        assert_eq!(found(said, &[known]), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn a_typo_never_chooses_between_two() {
    assert_eq!(found("Karina", &["Marina", "Carina"]), ["Marina", "Carina"]);
    assert_eq!(found("Marina", &["Marina", "Carina"]), ["Marina"]);
    assert_eq!(found("Lopes", &["Ana López", "Rosa Lopes"]), ["Rosa Lopes"]);
}

#[test]
fn a_name_is_read_in_one_line() {
    assert_eq!(read_payee_name("  Ana   López "), Ok("Ana López".into()));
    assert_eq!(read_payee_name(&"a".repeat(60)), Ok("a".repeat(60)));
    assert_eq!(read_payee_name(&"a".repeat(61)), Err(BadPayeeName::TooLong));
    for empty in ["", "  ", "👍", "."] {
        assert_eq!(read_payee_name(empty), Err(BadPayeeName::Empty), "{empty}");
    }
    for strange in ["Ana\nLópez", "Ana\u{0}", "Ana\tLópez"] {
        assert_eq!(read_payee_name(strange), Err(BadPayeeName::NotPlain), "{strange}");
    }
}

proptest! {
    #[test]
    fn a_payee_is_always_found_by_its_own_name(name in "[a-zA-ZáéñÑ]{1,12}( [a-zA-Zóü]{1,12}){0,3}") {
        let list = payees(&[&name]);
        prop_assert_eq!(closest(&name, &list), Closest::One(&list[0]));
    }

    #[test]
    fn no_text_panics(said in "\\PC{0,30}", known in "\\PC{0,30}") {
        let _ = closest(&said, &payees(&[&known]));
    }
}
