//! Shared code of the fuzz targets: requests made from the fuzzer's bytes.

use ports::messaging::inbound_webhook::RawWebhook;

/// A POST request to one of our URLs.
#[must_use]
pub fn post(public_url: &str, headers: &[(&str, &[u8])], body: &[u8]) -> RawWebhook {
    RawWebhook {
        method: "POST".into(),
        public_url: public_url.into(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
        body: body.to_vec(),
    }
}

/// Splits data into its first line and the rest, so a seed can be written and read by hand.
#[must_use]
pub fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// The same bytes with one bit changed. None when there are no bytes.
#[must_use]
pub fn one_bit_off(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    let middle = changed.len() / 2;
    *changed.get_mut(middle)? ^= 1;
    Some(changed)
}
