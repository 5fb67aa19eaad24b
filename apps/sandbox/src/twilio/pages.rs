//! Pages of a list, newest first. A page is named by the item before it, so that items which come in between
//! are neither repeated nor left out.

use super::calls::Form;
use serde_json::{Value, json};

const SIZE: usize = 50;
const SIZE_MAX: usize = 1000;

/// Which page of a list is asked for.
pub(super) struct PageRequest {
    size: usize,
    number: u64,
    from: From,
}

/// Where a page begins, or ends.
enum From {
    Newest,
    /// Older than the item of this order.
    Before(u64),
    /// Newer than the item of this order.
    After(u64),
}

/// The items of a page, and the addresses of its neighbours.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) size: usize,
    pub(super) number: u64,
    /// The queries of the neighbours; `None` where there is none.
    next: Option<String>,
    previous: Option<String>,
    first: String,
    current: String,
}

impl PageRequest {
    /// Reads `PageSize`, `Page` and `PageToken`. `None` for a token that isn't ours.
    pub(super) fn read(form: &Form) -> Option<Self> {
        let size = form.get("PageSize").and_then(|n| n.parse().ok()).unwrap_or(SIZE).clamp(1, SIZE_MAX);
        let number = form.get("Page").and_then(|n| n.parse().ok()).unwrap_or_default();
        let from = match form.get("PageToken").filter(|token| !token.is_empty()) {
            None => From::Newest,
            Some(token) => match (token.strip_prefix("PB"), token.strip_prefix("PA")) {
                (Some(order), _) => From::Before(order.parse().ok()?),
                (_, Some(order)) => From::After(order.parse().ok()?),
                (None, None) => return None,
            },
        };
        Some(Self { size, number, from })
    }

    /// The page of `all`, which are in order, newest first. `order` tells an item's place.
    pub(super) fn of<T>(self, all: Vec<T>, order: impl Fn(&T) -> u64, form: &Form) -> Page<T> {
        let count = all.len();
        let start = match self.from {
            From::Newest => 0,
            From::Before(limit) => all.iter().position(|item| order(item) < limit).unwrap_or(count),
            From::After(limit) => {
                let newer = all.iter().take_while(|item| order(item) > limit).count();
                newer.saturating_sub(self.size)
            }
        };
        let items: Vec<T> = all.into_iter().skip(start).take(self.size).collect();
        let has_more = start.saturating_add(items.len()) < count;
        let query = |number: u64, token: Option<String>| query(form, self.size, number, token);
        let next = items
            .last()
            .filter(|_| has_more)
            .map(|last| query(self.number.saturating_add(1), Some(format!("PB{}", order(last)))));
        let previous = items
            .first()
            .filter(|_| start > 0)
            .map(|first| query(self.number.saturating_sub(1), Some(format!("PA{}", order(first)))));
        let first = query(0, None);
        let current = query(self.number, form.get("PageToken").cloned());
        Page { items, size: self.size, number: self.number, next, previous, first, current }
    }
}

/// The filters of a list and a page of it.
fn query(form: &Form, size: usize, number: u64, token: Option<String>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form.iter().filter(|(name, _)| !name.starts_with("Page")) {
        query.append_pair(name, value);
    }
    query.append_pair("PageSize", &size.to_string()).append_pair("Page", &number.to_string());
    if let Some(token) = token {
        query.append_pair("PageToken", &token);
    }
    query.finish()
}

impl<T> Page<T> {
    /// The envelope of the older API: addresses without a host beside the items.
    pub(super) fn with_uris(&self, key: &str, path: &str, items: &[Value]) -> Value {
        let uri = |query: &String| format!("{path}?{query}");
        let start = self.size.saturating_mul(usize::try_from(self.number).unwrap_or(usize::MAX));
        let end = start.saturating_add(items.len()).saturating_sub(1);
        json!({
            key: items, "first_page_uri": uri(&self.first), "next_page_uri": self.next.as_ref().map(uri),
            "previous_page_uri": self.previous.as_ref().map(uri), "uri": uri(&self.current),
            "page": self.number, "page_size": self.size, "start": start, "end": end.max(start),
        })
    }

    /// The envelope of the newer APIs: complete addresses in `meta`.
    pub(super) fn with_meta(&self, key: &str, address: &str, items: &[Value]) -> Value {
        let url = |query: &String| format!("{address}?{query}");
        json!({
            key: items, "meta": {
                "page": self.number, "page_size": self.size, "first_page_url": url(&self.first),
                "previous_page_url": self.previous.as_ref().map(url), "url": url(&self.current),
                "next_page_url": self.next.as_ref().map(url), "key": key,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(all: &[u64], query: &str) -> Page<u64> {
        let form: Form = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        PageRequest::read(&form).unwrap().of(all.to_vec(), |order| *order, &form)
    }

    #[test]
    fn pages_give_all_once_even_when_more_comes_in_between() {
        let first = page(&[5, 4, 3, 2, 1], "PageSize=2&To=%2B52");
        assert_eq!((first.items.as_slice(), &first.previous), ([5, 4].as_slice(), &None));
        let next = first.next.unwrap();
        assert!(next.contains("To=%2B52"), "{next}");
        let second = page(&[7, 6, 5, 4, 3, 2, 1], &next);
        assert_eq!((second.items.as_slice(), second.number), ([3, 2].as_slice(), 1));
        let back = page(&[7, 6, 5, 4, 3, 2, 1], second.previous.as_ref().unwrap());
        assert_eq!(back.items, [5, 4]);
        let last = page(&[5, 4, 3, 2, 1], &second.next.unwrap());
        assert_eq!((last.items.as_slice(), last.next), ([1].as_slice(), None));
    }

    #[test]
    fn an_item_that_is_gone_does_not_lose_the_place() {
        let next = page(&[5, 4, 3, 2], "PageSize=2").next.unwrap();
        assert_eq!(page(&[5, 3, 2], &next).items, [3, 2]);
    }

    #[test]
    fn a_token_of_others_is_refused_and_an_empty_list_is_a_page() {
        let form = Form::from([("PageToken".to_owned(), "x".to_owned())]);
        assert!(PageRequest::read(&form).is_none());
        let empty = page(&[], "");
        let envelope = empty.with_uris("messages", "/x", &[]);
        assert_eq!((&envelope["start"], &envelope["next_page_uri"]), (&json!(0), &Value::Null));
    }
}
