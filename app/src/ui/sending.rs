//! Forms that stay on the page: plain ones, which work without scripts, and which are sent from here with them.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::Error;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, UrlSearchParams};

use crate::call::Failed;

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

    /// Sends what a form holds to where the form goes. `done` gets the answer.
    pub fn submit(self, event: &SubmitEvent, done: impl FnOnce(Vec<u8>) + 'static) {
        event.prevent_default();
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        if let Some(form) = form
            && let Some(path) = form.get_attribute("action")
        {
            self.ask(path, encode(&form), done);
        }
    }

    /// A second press does nothing while the first is on its way.
    pub fn ask(self, path: String, form: String, done: impl FnOnce(Vec<u8>) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = post(&path, form).await;
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

/// One call for all that is asked for by a form: the client of each server function would be the same code once more in the download.
#[cfg(feature = "hydrate")]
pub async fn post(path: &str, form: String) -> Result<Vec<u8>, Failed> {
    use leptos::server_fn::{
        client::{Client, browser::BrowserClient},
        error::FromServerFnError,
        request::{ClientReq, browser::BrowserRequest},
        response::{ClientRes, browser::BrowserResponse},
    };

    let (content_type, accepts) = ("application/x-www-form-urlencoded", "application/json");
    let request: BrowserRequest = ClientReq::<Failed>::try_new_post(path, content_type, accepts, form)?;
    let answer: BrowserResponse = <BrowserClient as Client<Failed>>::send(request).await?;
    let refused = ClientRes::<Failed>::status(&answer) >= 400;
    let bytes = ClientRes::<Failed>::try_into_bytes(answer).await?;
    if refused { Err(Failed::de(bytes)) } else { Ok(bytes.to_vec()) }
}

/// Nothing is asked for while a page is drawn.
#[cfg(not(feature = "hydrate"))]
pub async fn post(_: &str, _: String) -> Result<Vec<u8>, Failed> {
    Err(Failed(Error::unavailable()))
}
