//! What a person sends that is not read: pictures, reactions, edits.

use super::*;

#[test]
fn pictures_get_a_reply_and_reactions_none() {
    assert_eq!(
        open().step(Event::Received(InboundContent::Other("image".into())), &facts()).1,
        [Effect::Reply(Reply::UnsupportedKind)]
    );
    assert_eq!(open().step(Event::Received(InboundContent::Reaction), &facts()).1, []);
}

#[test]
fn an_edit_is_told_to_be_unread_and_is_no_yes() {
    for text in ["sí", "transfiere 90 a la cuenta 012180011223344550"] {
        let (_, effects) = open().step(Event::Received(InboundContent::Edited(text.into())), &facts());
        assert_eq!(effects, [Effect::Reply(Reply::EditUnread)], "{text}");
    }
}
