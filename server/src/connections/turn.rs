//! A request in hand: while there is one, its connection is not closed for another.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{Response, StatusCode},
};
use hyper::body::{Frame, SizeHint};

use super::Permit;

/// From the head of a request to the end of its answer.
pub(crate) struct Turn {
    permit: Arc<Permit>,
    for_good: bool,
}

impl Turn {
    pub(crate) fn begin(permit: Arc<Permit>) -> Self {
        permit.connections.table().begin(permit.id);
        Self { permit, for_good: false }
    }

    /// The answer, with which the turn ends. What becomes a socket does not wait for requests any more.
    pub(crate) fn ends_with(mut self, answer: Response<Body>) -> Response<Body> {
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            self.for_good = true;
            return answer;
        }
        answer.map(|body| Body::new(Answer { body, _turn: self }))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.for_good {
            self.permit.connections.table().wait(self.permit.id);
        }
    }
}

/// A body that ends a turn.
struct Answer {
    body: Body,
    _turn: Turn,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
