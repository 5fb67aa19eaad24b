//! Lists are read page by page.

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The maximum number of items.
    pub limit: i64,
    /// The id of the last item of the page before; `None` for the first page.
    pub after: Option<String>,
}
