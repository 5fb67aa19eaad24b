//! What a check of the audit log finds.

use super::*;
use ring::hmac;

fn mac(key_id: &str, bytes: &[u8]) -> Option<[u8; 32]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key_id.as_bytes());
    (key_id != "gone").then(|| hmac::sign(&key, bytes).as_ref().try_into().unwrap())
}

fn row(seq: i64) -> AuditRow {
    let actor =
        Actor { who: Principal::Client("a".into()), channel: "rest".into(), request_id: format!("r{seq}") };
    let record = AuditRecord {
        actor,
        action: "transfer.completed".into(),
        subject: "t".into(),
        on_behalf_of: None,
        before: None,
        after: Some("10.00 MXN".into()),
    };
    AuditRow { seq, at: DateTime::UNIX_EPOCH, record }
}

fn block(previous: Option<&Block>, rows: &[AuditRow], last_seq: i64) -> Block {
    let codes = rows.iter().map(|row| (row.seq, row_code(mac("k", &row_bytes(row)).unwrap()))).collect();
    let number = previous.map_or(1, |block| block.number + 1);
    let mut block = Block { number, last_seq, rows: codes, key_id: "k".into(), code: [0; 32] };
    block.code = mac("k", &block_bytes(&block, previous.map(|block| &block.code))).unwrap();
    block
}

#[test]
fn an_unchanged_chain_is_sound() {
    let rows = [row(1), row(2), row(4)];
    let first = block(None, &rows, 4);
    let second = block(Some(&first), &[row(5)], 5);
    assert_eq!(check_block(None, &first, &rows, &mac), []);
    assert_eq!(check_block(Some(&first), &second, &[row(5)], &mac), []);
}

#[test]
fn a_changed_removed_or_inserted_row_is_named() {
    let rows = [row(1), row(2), row(4)];
    let sealed = block(None, &rows, 4);
    let mut changed = rows.clone();
    changed[1].record.after = Some("99.00 MXN".into());
    assert_eq!(check_block(None, &sealed, &changed, &mac), [AuditViolation::RowChanged(2)]);
    assert_eq!(check_block(None, &sealed, &[row(1), row(4)], &mac), [AuditViolation::RowRemoved(2)]);
    let inserted = [row(1), row(2), row(3), row(4)];
    assert_eq!(check_block(None, &sealed, &inserted, &mac), [AuditViolation::RowInserted(3)]);
}

#[test]
fn each_field_counts() {
    let sealed = block(None, &[row(1)], 1);
    let changes: [fn(&mut AuditRow); 9] = [
        |row| row.at = DateTime::from_timestamp_micros(1).unwrap(),
        |row| row.record.actor.who = Principal::Client("ax".into()),
        |row| row.record.actor.channel.push('x'),
        |row| row.record.actor.request_id.push('x'),
        |row| row.record.action.push('x'),
        |row| row.record.subject.push('x'),
        |row| row.record.on_behalf_of = Some(String::new()),
        |row| row.record.before = Some(String::new()),
        |row| row.record.after = None,
    ];
    for change in changes {
        let mut changed = row(1);
        change(&mut changed);
        assert_eq!(check_block(None, &sealed, &[changed], &mac), [AuditViolation::RowChanged(1)]);
    }
}

#[test]
fn a_letter_moved_between_fields_is_seen() {
    let (mut one, mut two) = (row(1), row(1));
    one.record.action = "ab".into();
    one.record.subject = "c".into();
    two.record.action = "a".into();
    two.record.subject = "bc".into();
    assert_ne!(row_bytes(&one), row_bytes(&two));
}

#[test]
fn a_block_that_was_changed_or_removed_or_whose_key_is_gone_is_named() {
    let first = block(None, &[row(1)], 1);
    let second = block(Some(&first), &[row(2)], 2);
    let third = block(Some(&second), &[row(3)], 3);
    assert_eq!(check_block(Some(&first), &third, &[row(3)], &mac), [AuditViolation::BlockRemoved(2)]);
    let rebuilt = block(None, &[row(1), row(9)], 9);
    assert_eq!(check_block(Some(&rebuilt), &second, &[row(2)], &mac), [AuditViolation::BlockChanged(2)]);
    let longer = Block { last_seq: 7, ..first.clone() };
    assert_eq!(check_block(None, &longer, &[row(1)], &mac), [AuditViolation::BlockChanged(1)]);
    let orphan = Block { key_id: "gone".into(), ..first };
    assert_eq!(check_block(None, &orphan, &[row(1)], &mac), [AuditViolation::KeyGone(1)]);
}

#[test]
fn rows_are_stored_and_read_again() {
    let rows = vec![(1, [7; 16]), (i64::MAX, [9; 16])];
    assert_eq!(decode_rows(&encode_rows(&rows)), Some(rows.clone()));
    assert_eq!(decode_rows(&encode_rows(&rows)[1..]), None);
    assert_eq!(decode_rows(&[]), Some(vec![]));
}
