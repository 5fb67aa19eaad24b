//! What the targets share: requests made of a fuzzer's bytes.

use ports::messaging::inbound_webhook::RawWebhook;

/// A POST to an address of ours.
#[must_use]
pub fn post(public_url: &str, headers: &[(&str, &[u8])], body: &[u8]) -> RawWebhook {
    RawWebhook {
        method: "POST".into(),
        public_url: public_url.into(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
        body: body.to_vec(),
    }
}

/// The first line, and what stands behind it: a seed can be written, and read, by hand.
#[must_use]
pub fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// The same bytes, but for one bit; none of nothing.
#[must_use]
pub fn one_bit_off(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    let middle = changed.len() / 2;
    *changed.get_mut(middle)? ^= 1;
    Some(changed)
}
