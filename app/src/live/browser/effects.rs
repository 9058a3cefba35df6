//! Carries out what the client asks for.

use client::{Effect, Event, Link, Session};
use leptos::prelude::*;
use model::{Code, wire::ClientFrame};

use super::{Engine, clock::now, page};
use crate::{
    accounts::calls::GetMe,
    call::{Failed, call},
};

impl Engine {
    /// Passes an event to the client, and carries out its effects.
    pub(super) fn handle(&self, event: Event) {
        let effects = self.change_unseen(|chat| self.client.borrow_mut().handle(event, chat, now()));
        for effect in effects.unwrap_or_default() {
            self.carry_out(effect);
        }
        self.write_outbox();
        self.plan_rooms();
        self.rearm();
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Open => self.open_socket(),
            Effect::Close => self.close_socket(),
            Effect::Send(frame) => self.send(&frame),
            Effect::Call(frame) => self.call(&frame),
            Effect::CheckSession => self.spawn(|engine| async move {
                let session = engine.ask_who_is_signed_in().await;
                engine.handle(Event::Session(session));
            }),
            Effect::Reload => {
                self.persist();
                page::reload_once();
            }
            Effect::SignOut => self.spawn(|engine| async move {
                engine.clone().forget().await;
                engine.link.try_set(Link::SignedOut);
            }),
            Effect::Link(link) => drop(self.link.try_set(link)),
            Effect::CaughtUp => {
                page::loaded_well();
                self.take_over_outbox();
            }
            Effect::Show => drop(self.change(|_| ())),
            Effect::StartPolling => self.start_polling(),
            Effect::Poll => self.poll(),
        }
    }

    fn send(&self, frame: &ClientFrame) {
        if let Some(socket) = &self.state.borrow().socket {
            socket.send(frame);
        }
    }

    /// Asks by a call, which also renews the session's cookies.
    pub(super) async fn ask_who_is_signed_in(&self) -> Session {
        match call(GetMe {}).await {
            Ok(me) if me.id == self.me => Session::Alive,
            Ok(_) => Session::OtherUser,
            Err(Failed(error)) if error.code == Code::SignedOut => Session::Over,
            Err(_) => Session::Unknown,
        }
    }
}
