//! `/people/new-group`

use icondata_lu::LuArrowLeft;
use leptos::{ev::SubmitEvent, html, prelude::*, server::SharedValue, server_fn::ServerFn};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::RoomId;

use super::{
    calls::CreateGroup,
    choose::{Choose, talking_with},
};
use crate::{
    live::Live,
    shell::title::PageTitle,
    ui::{
        Icon,
        field::Field,
        form::{left_over, note_for, refusal},
        sending::Sending,
    },
};

#[component]
pub fn NewGroup() -> impl IntoView {
    view! {
        <PageTitle name="New group".to_owned() />
        <div class="page">
            <div class="inner">
                <div class="heads">
                    <a class="icon" href="/people" aria-label="Back to people">
                        <Icon icon=LuArrowLeft />
                    </a>
                    <h1 class="heading">"New group"</h1>
                </div>
                <GroupForm />
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn GroupForm() -> impl IntoView {
    let live = expect_context::<Live>();
    let people = Memo::new(move |_| live.chat.with(talking_with));
    let chosen = RwSignal::new(Vec::new());
    // One for this form: pressed twice, it is one group.
    let id = SharedValue::new(RoomId::new).into_inner();
    let sending = Sending::new(refusal::<CreateGroup>());
    let error = sending.error;
    let note = Signal::derive(move || note_for(error.get().as_ref(), "title").unwrap_or_default());
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if error.with(|error| note_for(error.as_ref(), "title").is_some())
            && let Some(field) = field.get()
        {
            let _ = field.focus();
        }
    });
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        let navigate = navigate.clone();
        sending.submit::<CreateGroup>(&event, move |room| {
            let id = room.id;
            // It has to be known before its page comes.
            let _ = live.chat.try_update(|chat| chat.room(room));
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&format!("/chats/{id}"), replace);
        });
    };
    let forget = Callback::new(move |_| error.set(None));
    Effect::new(move |before: Option<()>| {
        chosen.track();
        if before.is_some() {
            error.set(None);
        }
    });
    let count = move || match chosen.with(Vec::len) {
        0 => "Nobody chosen yet".to_owned(),
        1 => "1 person chosen".to_owned(),
        count => format!("{count} people chosen"),
    };
    let alarm = move || {
        left_over(error.get(), &["title"]).map(|error| view! { <p class="alarm">{error.message}</p> })
    };
    view! {
        <form class="new-group" method="post" action=CreateGroup::url() autocomplete="off" novalidate on:submit=submit>
            <input type="hidden" name="id" value=id.to_string() />
            <Field label="Group name" name="title" autocomplete="off" note on_text=forget node_ref=field focused=true />
            <fieldset>
                <legend>"People"</legend>
                <Choose people chosen />
            </fieldset>
            <div class="foot">
                <div role="alert">{alarm}</div>
                <p class="meta scripted" role="status">{count}</p>
                <button class="btn primary" type="submit" aria-disabled=move || sending.busy.get().to_string()>
                    {move || if sending.busy.get() { "Creating…" } else { "Create group" }}
                </button>
            </div>
        </form>
    }
}
