//! Lists in pages, with cursors.

use super::problem::ApiError;
use ports::pagination::PageRequest;
use serde::Deserialize;
use utoipa::IntoParams;

/// Query parameters of a page: `limit` and `cursor`.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items on a page, 1 to 200.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// The `next_cursor` of the previous page; the first page without it.
    cursor: Option<String>,
}

impl PageQuery {
    /// A page of a list whose cursors are ids.
    pub(crate) fn behind_id(&self) -> Result<(PageRequest, usize), ApiError> {
        self.request(|cursor| uuid::Uuid::try_parse(cursor).is_ok())
    }

    /// A page of a list whose cursors are numbers.
    pub(crate) fn behind_number(&self) -> Result<(PageRequest, usize), ApiError> {
        self.request(|cursor| cursor.parse::<i64>().is_ok())
    }

    /// A page of a list whose cursors are names.
    pub(crate) fn behind_slug(&self) -> Result<(PageRequest, usize), ApiError> {
        self.request(|cursor| domain::messaging::flow::Slug::parse(cursor).is_ok())
    }

    /// The page to read, and the limit. One more item is read, to know whether there is a next page.
    fn request(&self, is_cursor: impl Fn(&str) -> bool) -> Result<(PageRequest, usize), ApiError> {
        let limit = match self.limit.as_deref() {
            None => 50,
            Some(text) => match text.parse::<u8>() {
                Ok(limit @ 1..=200) => limit,
                _ => return Err(ApiError::field("/limit", "must be 1 to 200")),
            },
        };
        let after = self.cursor.clone().filter(|cursor| !cursor.is_empty());
        if after.as_deref().is_some_and(|cursor| !is_cursor(cursor)) {
            return Err(ApiError::field("/cursor", "must be the next_cursor of the previous page"));
        }
        Ok((PageRequest { limit: i64::from(limit).saturating_add(1), after }, usize::from(limit)))
    }
}

/// The page, and the cursor of the next one; None if this is the last. `cursor_of` names an item.
pub(crate) fn cut<T>(
    mut items: Vec<T>,
    limit: usize,
    cursor_of: impl Fn(&T) -> String,
) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(cursor_of) } else { None };
    (items, next)
}
