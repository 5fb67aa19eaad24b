//! The numbering plans of the world: calling codes, lengths and prefixes, from libphonenumber's metadata.

use std::sync::LazyLock;

/// One row a plan, the main country of a calling code first; `cargo xtask numbering-plans` writes it.
const TABLE: &str = include_str!("../../data/numbering-plans.tsv");

static PLANS: LazyLock<Vec<Plan>> =
    LazyLock::new(|| TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(Plan::read).collect());

/// The region of calling codes that belong to no country, such as +800.
const NO_COUNTRY: &str = "001";

/// How the numbers of one country look, or of one calling code without a country.
pub(super) struct Plan {
    /// The digits after the `+`: `52`.
    pub(super) calling_code: &'static str,
    /// The country of two letters, or `001` for none.
    pub(super) region: &'static str,
    lengths: Vec<usize>,
    local_lengths: Vec<usize>,
    #[cfg(feature = "phone-metadata")]
    pub(super) prefixes: super::prefixes::Prefixes,
}

/// What a count of digits says about a national number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// A number that can be dialled from everywhere.
    Possible,
    /// A number without its area code.
    LocalOnly,
    /// Longer than all numbers of the plan.
    TooLong,
    /// Too short, or between two lengths.
    Invalid,
}

impl Plan {
    /// Reads a row of the table; none if a column is missing.
    fn read(row: &'static str) -> Option<Self> {
        let mut columns = row.split('\t');
        Some(Self {
            calling_code: columns.next()?,
            region: columns.next()?,
            lengths: numbers(columns.next()?),
            local_lengths: numbers(columns.next()?),
            #[cfg(feature = "phone-metadata")]
            prefixes: super::prefixes::Prefixes::read(&mut columns)?,
        })
    }

    /// Whether this country assigned the national number, and not another one with the same calling code.
    #[cfg(feature = "phone-metadata")]
    fn has_assigned(&self, national: &str) -> bool {
        self.prefixes.is_own(national)
    }

    /// Always false: without the patterns of countries it is not known.
    #[cfg(not(feature = "phone-metadata"))]
    const fn has_assigned(&self, _national: &str) -> bool {
        false
    }

    /// Whether the national number is premium-rate in this country.
    #[cfg(feature = "phone-metadata")]
    pub(super) fn is_premium(&self, national: &str) -> bool {
        self.prefixes.is_premium(national)
    }

    /// Always false: without the patterns of countries it is not known.
    #[cfg(not(feature = "phone-metadata"))]
    #[expect(clippy::unused_self, reason = "the other build reads the plan")]
    pub(super) const fn is_premium(&self, _national: &str) -> bool {
        false
    }

    /// Judges a national number by its count of digits.
    pub(super) fn length(&self, national: &str) -> Length {
        let count = national.len();
        if self.local_lengths.contains(&count) {
            Length::LocalOnly
        } else if self.lengths.contains(&count) {
            Length::Possible
        } else if self.lengths.iter().max().is_some_and(|longest| *longest < count) {
            Length::TooLong
        } else {
            Length::Invalid
        }
    }
}

/// Reads the counts of a column: `8,9,10`.
fn numbers(column: &str) -> Vec<usize> {
    column.split(',').filter_map(|number| number.parse().ok()).collect()
}

/// Finds the plan of a country of two capital letters.
pub(super) fn of_country(code: &str) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.region == code && code != NO_COUNTRY)
}

/// Finds the plan of the main country of a calling code: of the United States for `1`.
pub(super) fn of_calling_code(code: &str) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.calling_code == code)
}

/// Finds the plan of the region that an international number belongs to. A number that no region of its calling
/// code has assigned belongs to the main country.
pub(super) fn of_number(digits: &str) -> Option<&'static Plan> {
    let (main, _national) = split(digits)?;
    Some(region_of(digits).map_or(main, |(plan, _national)| plan))
}

/// Finds the plan of the region that assigned an international number, and the national number. A number that no
/// region has assigned is of the only region of its calling code; of none where regions share the code.
pub(super) fn region_of(digits: &str) -> Option<(&'static Plan, &str)> {
    let (main, national) = split(digits)?;
    let sharing = || PLANS.iter().filter(|plan| plan.calling_code == main.calling_code);
    let plan =
        if sharing().count() == 1 { main } else { sharing().find(|plan| plan.has_assigned(national))? };
    Some((plan, national))
}

/// Splits the digits of an international number into the plan of its calling code and the national number.
pub(super) fn split(digits: &str) -> Option<(&'static Plan, &str)> {
    (1..=3).find_map(|length| {
        let (code, national) = digits.split_at_checked(length)?;
        Some((of_calling_code(code)?, national))
    })
}
