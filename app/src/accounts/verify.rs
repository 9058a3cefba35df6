//! `/verify/:registration`

use leptos::{ev::Event, html, prelude::*};
use leptos_router::hooks::use_params_map;
use model::{Error, RegistrationId, accounts::Registration};
use wasm_bindgen::JsCast;

use super::{
    calls::{ResendCode, Verify as VerifyCall, get_registration},
    form::{Alarm, Gate, Submit, failure},
};
use crate::{
    call::{Failed, carried},
    ui::{
        browser,
        field::{Note, NoteLine},
        trouble::Trouble,
        use_clock,
    },
};

const DIGITS: usize = 6;

#[component]
pub fn Verify() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("registration"));
    let id = id.and_then(|id| id.parse::<RegistrationId>().ok());
    let registration = carried(async move {
        match id {
            Some(id) => get_registration(id).await,
            None => Err(Failed::from(Error::not_found("sign-up"))),
        }
    });
    view! {
        <Suspense fallback=|| ()>
            {move || Suspend::new(async move {
                match registration.await {
                    Ok(registration) => view! { <EnterCode registration /> }.into_any(),
                    Err(Failed(error)) => {
                        view! {
                            <main class="gate">
                                <Trouble error />
                            </main>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn EnterCode(registration: Registration) -> impl IntoView {
    let verify = ServerAction::<VerifyCall>::new();
    let id = registration.id;
    let error = Signal::derive(move || failure(verify.value().get()));
    let note = Signal::derive(move || match error.get() {
        Some(error) => Note::Bad(error.message),
        None => Note::Nothing,
    });
    let lead = format!("We sent a 6-digit code to {}. It works for 10 minutes.", registration.email);
    let field = NodeRef::<html::Input>::new();
    // A wrong code is in the way of the right one.
    Effect::new(move || {
        if error.get().is_some()
            && let Some(field) = field.get_untracked()
        {
            field.set_value("");
            let _ = field.focus();
        }
    });
    view! {
        <Gate title="Check your mail" lead>
            <ActionForm action=verify attr:class="grid gap-2">
                <input type="hidden" name="registration" value=id.to_string() />
                <div class="otp">
                    <span class="boxes" aria-hidden="true">
                        <i></i>
                        <i></i>
                        <i></i>
                        <i></i>
                        <i></i>
                        <i></i>
                    </span>
                    <input
                        node_ref=field
                        name="code"
                        aria-label="6-digit code"
                        aria-describedby="code-note"
                        aria-invalid=move || error.get().is_some().to_string()
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        pattern="[0-9]{6}"
                        title="6 digits"
                        maxlength=DIGITS.to_string()
                        required
                        on:input=complete
                    />
                </div>
                <NoteLine id="code-note".to_owned() note />
                <Submit pending=verify.pending() label="Confirm" busy="Checking…" />
            </ActionForm>
            <SendAgain registration />
        </Gate>
    }
}

/// Keeps digits only, and sends the form when there are enough of them.
fn complete(event: Event) {
    let Some(field) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
    else {
        return;
    };
    let typed = field.value();
    let digits: String = typed.chars().filter(char::is_ascii_digit).take(DIGITS).collect();
    if digits != typed {
        field.set_value(&digits);
    }
    if digits.len() == DIGITS
        && let Some(form) = field.form()
    {
        // Fails only for a form that is not valid, which then says so itself.
        let _ = form.request_submit();
    }
}

#[component]
fn SendAgain(registration: Registration) -> impl IntoView {
    let resend = ServerAction::<ResendCode>::new();
    let clock = use_clock();
    let again_at = Signal::derive(move || match resend.value().get() {
        Some(Ok(fresh)) => fresh.again_at,
        _ => registration.again_at,
    });
    let moment = RwSignal::new(clock.drawn());
    Effect::new(move || {
        moment.set(browser::now());
        let tick = move || moment.set(browser::now());
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    let left = Memo::new(move |_| (again_at.get().0 - moment.get().0).clamp(0, 3_599_000) / 1000);
    let error = Signal::derive(move || failure(resend.value().get()));
    let sent = move || matches!(resend.value().get(), Some(Ok(_))).then_some("A new code is on its way. ");
    view! {
        <ActionForm action=resend attr:class="meta aside">
            <input type="hidden" name="registration" value=registration.id.to_string() />
            <span role="status">{sent}</span>
            "Nothing there? "
            <button class="link py-3" type="submit" disabled=move || left.get().gt(&0)>
                "Send again"
            </button>
            <span class="num">
                {move || match left.get() {
                    0 => String::new(),
                    left => format!(" in {}:{:02}", left / 60, left % 60),
                }}
            </span>
        </ActionForm>
        <Alarm error />
    }
}
