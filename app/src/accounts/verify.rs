//! `/verify/:registration`

use leptos::{ev::Event, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_navigate, use_params_map};
use model::{
    Error, RegistrationId,
    accounts::{Registration, digit},
};
use wasm_bindgen::JsCast;

use super::{
    calls::{GetRegistration, ResendCode, Verify as VerifyCall},
    filled::filled,
    gate::Gate,
    next::next_page,
};
use crate::{
    call::{Failed, call, serialized_resource},
    ui::{
        browser,
        field::{Note, NoteLine, focus_on_arrival},
        form::{Alarm, Checked, Submit, check, refusal},
        sending::Sending,
        trouble::Trouble,
        use_clock,
    },
};

const DIGITS: usize = 6;

#[component]
pub fn Verify() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("registration"));
    let id = id.and_then(|id| id.parse::<RegistrationId>().ok());
    let registration = serialized_resource(async move {
        match id {
            Some(id) => call(GetRegistration { registration: id }).await,
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
    let sending = Sending::new(refusal::<VerifyCall>());
    let id = registration.id;
    let error = sending.error;
    let code = Checked::new("code", Note::Nothing, |text| filled("code", text));
    let say = move |error: Option<Error>| {
        code.note.set(error.map_or(Note::Nothing, |error| Note::Bad(error.message)));
    };
    say(error.get_untracked());
    let lead = format!("We sent a 6-digit code to {}. It works for 10 minutes.", registration.email);
    let field = code.field;
    focus_on_arrival(field);
    // A wrong code is in the way of the right one.
    Effect::new(move || {
        let error = error.get();
        let wrong = error.is_some();
        say(error);
        if wrong && let Some(field) = field.get_untracked() {
            field.set_value("");
            let _ = field.focus();
        }
    });
    let next = next_page();
    let navigate = use_navigate();
    let leads_to = next.clone();
    let submit = move |event| {
        let (navigate, leads_to) = (navigate.clone(), leads_to.clone());
        sending.submit::<VerifyCall>(&event, move |_| navigate(&leads_to, Default::default()));
    };
    view! {
        <Gate title="Check your mail" lead>
            <form class="grid gap-2" method="post" action=VerifyCall::url() novalidate on:submit=submit>
                <input type="hidden" name="registration" value=id.to_string() />
                <input type="hidden" name="next" value=next />
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
                        aria-invalid=move || matches!(code.note.get(), Note::Bad(_)).to_string()
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        required
                        autofocus
                        on:input=complete
                    />
                </div>
                <NoteLine id="code-note".to_owned() note=code.note />
                <Submit
                    pending=sending.busy
                    label="Confirm"
                    busy="Checking…"
                    check=move |()| check(&[code])
                />
            </form>
            <SendAgain registration />
        </Gate>
    }
}

/// Keeps digits only, and sends the form when there are enough of them. A code may be pasted with blanks in it,
/// so the field itself takes more than six characters.
fn complete(event: Event) {
    let Some(field) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
    else {
        return;
    };
    let typed = field.value();
    let digits: String = typed.chars().filter_map(digit).take(DIGITS).collect();
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
    let sending = Sending::new(refusal::<ResendCode>());
    let clock = use_clock();
    let again_at = RwSignal::new(registration.again_at);
    let is_sent = RwSignal::new(false);
    let moment = RwSignal::new(clock.drawn());
    Effect::new(move || {
        moment.set(browser::now());
        let tick = move || moment.set(browser::now());
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    let left = Memo::new(move |_| (again_at.get().0 - moment.get().0).clamp(0, 3_599_000) / 1000);
    let submit = move |event| {
        is_sent.set(false);
        sending.submit::<ResendCode>(&event, move |fresh| {
            // The page may be gone by now.
            let _ = (again_at.try_set(fresh.again_at), is_sent.try_set(true));
        });
    };
    let sent = move || is_sent.get().then_some("A new code is on its way. ");
    view! {
        <form class="meta aside" method="post" action=ResendCode::url() on:submit=submit>
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
        </form>
        <Alarm error=sending.error />
    }
}
