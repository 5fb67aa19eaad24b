//! Lists are read page by page.

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many at most.
    pub limit: i64,
    /// Behind which one, by the id of the last seen.
    pub after: Option<String>,
}
