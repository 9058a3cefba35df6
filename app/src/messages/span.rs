//! Which part of a room's history is drawn. Message numbers are dense, so a range of numbers is a
//! range of rows, whether their messages are here yet or not.

use model::Seq;

/// Rows of a room just opened.
const OPEN: i64 = 50;
/// Rows added at an end that comes near.
const STEP: i64 = 40;
/// Rows drawn at most; what is over falls off at the far end, but not within [`STEP`] rows of what is in view.
const MOST: i64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: Seq,
    /// None goes on to the newest message and what is on its way.
    pub last: Option<Seq>,
}

impl Span {
    /// The end of the history, as far as it is loaded.
    pub fn newest(head: Seq, loaded: Option<Seq>) -> Self {
        let first = Seq((head.0 - OPEN + 1).max(1));
        Self { first: loaded.map_or(first, |loaded| first.max(loaded)), last: None }
    }

    /// Around a message, as a page of history around it.
    pub fn around(at: Seq, head: Seq) -> Self {
        let first = Seq((at.0 - OPEN / 2).max(1));
        let last = Seq(at.0 + OPEN / 2 - 1);
        Self { first, last: (last < head).then_some(last) }
    }

    /// Whether a room that opens at `at` begins around it. Otherwise the newest rows hold it, with some before it.
    pub fn opens_around(at: Seq, head: Seq) -> bool {
        head.0 - at.0 >= OPEN * 3 / 5
    }

    /// More at the top; `in_view` is the newest message in view.
    pub fn older(self, head: Seq, in_view: Seq) -> Self {
        let first = Seq((self.first.0 - STEP).max(1));
        let end = Seq((first.0 + MOST - 1).max(in_view.0 + STEP));
        Self { first, last: if end < self.end(head) { Some(end) } else { self.last } }
    }

    /// More at the bottom; `in_view` is the oldest message in view.
    pub fn newer(self, head: Seq, in_view: Seq) -> Self {
        let Some(last) = self.last else { return self };
        let end = head.min(Seq(last.0 + STEP));
        let first = self.first.max(Seq((end.0 - MOST + 1).min(in_view.0 - STEP)));
        Self { first, last: (end < head).then_some(end) }
    }

    /// New messages came while the end was in view: rows far above fall off.
    pub fn follow(self, head: Seq) -> Self {
        match self.last {
            None if head.0 - self.first.0 >= MOST + STEP => {
                Self { first: Seq(head.0 - MOST + 1), last: None }
            }
            _ => self,
        }
    }

    /// New messages came while something older was read: rows far below fall off.
    pub fn stay(self, head: Seq) -> Self {
        match self.last {
            None if head.0 - self.first.0 >= 2 * MOST => {
                Self { first: self.first, last: Some(Seq(head.0 - STEP)) }
            }
            _ => self,
        }
    }

    /// The newest message in it.
    pub fn end(self, head: Seq) -> Seq {
        self.last.map_or(head, |last| last.min(head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_up_and_down_and_stays_small() {
        let head = Seq(1000);
        let mut span = Span::newest(head, None);
        assert_eq!((span.first, span.last), (Seq(951), None));
        for _ in 0..30 {
            span = span.older(head, span.first);
            assert!(span.end(head).0 - span.first.0 < MOST);
        }
        assert_eq!((span.first, span.last), (Seq(1), Some(Seq(100))));
        for _ in 0..30 {
            span = span.newer(head, span.end(head));
            assert!(span.end(head).0 - span.first.0 < MOST);
        }
        assert_eq!((span.first, span.last), (Seq(901), None));
    }

    #[test]
    fn what_is_in_view_stays_however_high_the_window_is() {
        let head = Seq(1000);
        let span = Span { first: Seq(500), last: Some(Seq(640)) };
        assert_eq!(span.older(head, Seq(590)), Span { first: Seq(460), last: Some(Seq(630)) });
        assert_eq!(span.newer(head, Seq(545)), Span { first: Seq(505), last: Some(Seq(680)) });
    }

    #[test]
    fn small_and_empty_rooms_are_whole() {
        assert_eq!(Span::newest(Seq(0), None), Span { first: Seq(1), last: None });
        assert_eq!(Span::newest(Seq(7), Some(Seq(3))), Span { first: Seq(3), last: None });
        assert_eq!(Span::around(Seq(5), Seq(9)), Span { first: Seq(1), last: None });
        assert!(!Span::opens_around(Seq(1), Seq(30)));
    }

    #[test]
    fn rows_around_a_message_are_those_of_a_page_around_it() {
        let span = Span::around(Seq(500), Seq(1000));
        assert_eq!((span.first, span.last), (Seq(475), Some(Seq(524))));
        assert!(Span::opens_around(Seq(500), Seq(1000)));
    }

    #[test]
    fn a_message_that_is_looked_for_stands_inside() {
        let span = Span::around(Seq(500), Seq(1000));
        assert!(span.first < Seq(500) && span.last > Some(Seq(500)));
    }
}
