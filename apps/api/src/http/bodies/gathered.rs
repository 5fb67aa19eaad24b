//! A body while it is received: in pieces, each allocated when the bytes before it have come.

use super::Refused;
use crate::http::in_flight::Share;
use actix_web::web::Bytes;

/// Bytes of a piece.
const PIECE: usize = 16 * 1024;
/// Bytes of the first piece of a body whose length is not known.
const FIRST_PIECE: usize = 1024;

/// The part of a body that has come. The chunks are copied, because one small chunk can keep a large buffer of
/// the connection alive.
pub(super) struct Gathered {
    pieces: Vec<Vec<u8>>,
    length: usize,
    body_max: usize,
    first: usize,
    share: Option<Share>,
}

impl Gathered {
    /// `share` counts what is allocated; None for a sender who has proved who they are.
    pub(super) fn new(body_max: usize, declared: Option<usize>, share: Option<Share>) -> Self {
        let first = declared.unwrap_or(FIRST_PIECE).clamp(1, PIECE);
        Self { pieces: Vec::new(), length: 0, body_max, first, share }
    }

    /// Bytes that have come.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// Most bytes that it takes.
    pub(super) const fn body_max(&self) -> usize {
        self.body_max
    }

    pub(super) fn push(&mut self, mut chunk: &[u8]) -> Result<(), Refused> {
        if self.length.saturating_add(chunk.len()) > self.body_max {
            return Err(Refused::TooLarge);
        }
        self.length = self.length.saturating_add(chunk.len());
        while !chunk.is_empty() {
            let piece = self.piece_with_room()?;
            let room = piece.capacity().saturating_sub(piece.len()).min(chunk.len());
            let (now, later) = chunk.split_at(room);
            piece.extend_from_slice(now);
            chunk = later;
        }
        Ok(())
    }

    fn piece_with_room(&mut self) -> Result<&mut Vec<u8>, Refused> {
        if self.pieces.last().is_none_or(|piece| piece.len() == piece.capacity()) {
            let size = if self.pieces.is_empty() { self.first } else { PIECE };
            if let Some(share) = &mut self.share {
                share.grow(size)?;
            }
            self.pieces.push(Vec::with_capacity(size));
        }
        // There is one: it was pushed above.
        self.pieces.last_mut().ok_or(Refused::Broken)
    }

    /// The whole body, and what it holds of the bytes in flight.
    pub(super) fn finish(mut self) -> (Bytes, Option<Share>) {
        if self.pieces.len() <= 1 {
            return (self.pieces.pop().unwrap_or_default().into(), self.share);
        }
        let mut body = Vec::with_capacity(self.length);
        for piece in self.pieces {
            body.extend_from_slice(&piece);
        }
        (body.into(), self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_allocated_as_bytes_come_whatever_was_declared() {
        let mut gathered = Gathered::new(3_000_000, Some(3_000_000), None);
        gathered.push(&[7; 100]).unwrap();
        assert_eq!(gathered.pieces.iter().map(Vec::capacity).sum::<usize>(), PIECE);
        gathered.push(&vec![8; 40_000]).unwrap();
        assert_eq!(gathered.pieces.len(), 3);
        let (body, _) = gathered.finish();
        assert_eq!((body.len(), body[99], body[100], body[40_099]), (40_100, 7, 8, 8));
    }

    #[test]
    fn a_short_body_takes_what_it_needs() {
        let mut gathered = Gathered::new(100, Some(2), None);
        gathered.push(b"{}").unwrap();
        assert_eq!(gathered.pieces[0].capacity(), 2);
        assert_eq!(gathered.finish().0, Bytes::from("{}"));
    }
}
