//! Forms that stay on the page: plain ones, which work without scripts, and which are sent from here with them.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::Error;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, UrlSearchParams};

use crate::call::{Call, Failed, call, send};

/// One form, or several of which one is sent at a time.
#[derive(Clone, Copy)]
pub struct Sending {
    pub busy: RwSignal<bool>,
    pub error: RwSignal<Option<Error>>,
}

impl Sending {
    pub fn new(error: Option<Error>) -> Self {
        Self { busy: RwSignal::new(false), error: RwSignal::new(error) }
    }

    /// Sends what a form of `C` holds. `done` gets the answer.
    pub fn submit<C: Call + 'static>(self, event: &SubmitEvent, done: impl FnOnce(C::Output) + 'static) {
        event.prevent_default();
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        if let Some(form) = form {
            self.wait(send::<C>(encode(&form)), done);
        }
    }

    /// The same without a form.
    pub fn call<C: Call + 'static>(self, arguments: C, done: impl FnOnce(C::Output) + 'static) {
        self.wait(call(arguments), done);
    }

    /// A second press does nothing while the first is on its way.
    fn wait<T: 'static>(
        self,
        answer: impl Future<Output = Result<T, Failed>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        // The signals may be disposed while the form is still in the document: search results stay until the next come.
        if self.busy.try_get_untracked() == Some(true) {
            return;
        }
        let _ = self.busy.try_set(true);
        let _ = self.error.try_set(None);
        spawn_local(async move {
            let answer = answer.await;
            // Whoever asked may be gone.
            let _ = self.busy.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                Err(Failed(error)) => {
                    let _ = self.error.try_set(Some(error));
                }
            }
        });
    }
}

fn encode(form: &HtmlFormElement) -> String {
    let fields = web_sys::FormData::new_with_form(form);
    let encoded = fields.and_then(|fields| UrlSearchParams::new_with_str_sequence_sequence(&fields));
    encoded.map(|encoded| String::from(encoded.to_string())).unwrap_or_default()
}
