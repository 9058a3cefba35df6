//! Who is in a group, and what its admins can do about each.

use icondata_lu::{LuEllipsisVertical, LuShieldCheck, LuShieldOff, LuUserRoundMinus};
use leptos::{html, prelude::*};
use model::{Person, UserId};

use super::{
    known::Known,
    member::Member,
    remove::{self, RemoveDialog},
};
use crate::{
    rooms::calls::Appoint,
    ui::{Avatar, Icon, dialog, fresh::fresh_text, isolate, sending::Sending},
};

/// The menu of whichever member was chosen, by its id.
const MENU: &str = "member-menu";

#[component]
pub fn Members(known: Known, is_admin: Memo<bool>) -> impl IntoView {
    let me = known.live.chat.with_untracked(model::Chat::me);
    let members = known.memo(move |room| Member::all(room, me));
    let members = Memo::new(move |_| members.get().unwrap_or_default());
    let chosen = RwSignal::new(None::<UserId>);
    let sending = Sending::new(None);
    view! {
        <div class="sec">
            <h2 class="meta">"Members"</h2>
            <div role="alert">
                {move || sending.error.get().map(|error| view! { <p class="alarm">{error.message}</p> })}
            </div>
            <ul>
                <For each=move || members.get() key=|member| member.person.id let:member>
                    <Row id=member.person.id members is_admin chosen />
                </For>
            </ul>
            {move || is_admin.get().then(|| view! { <Menu known members chosen sending /> })}
        </div>
    }
}

fn find(members: Memo<Vec<Member>>, id: UserId) -> Option<Member> {
    members.with(|members| members.iter().find(|member| member.person.id == id).cloned())
}

/// Changes in place, so that the focus stays where it is.
#[component]
fn Row(
    id: UserId,
    members: Memo<Vec<Member>>,
    is_admin: Memo<bool>,
    chosen: RwSignal<Option<UserId>>,
) -> impl IntoView {
    let member = Memo::new(move |known: Option<&Option<Member>>| {
        find(members, id).or_else(|| known.cloned().flatten())
    });
    let who = Memo::new(move |_| member.get().map(|member| (member.person, member.is_me)));
    let badge = move || {
        member
            .get()
            .is_some_and(|member| member.is_admin)
            .then(|| view! { <span class="role">"Admin"</span> })
    };
    let menu = move || {
        let (person, is_me) = who.get()?;
        let label =
            if is_me { "More about you".to_owned() } else { format!("More about {}", isolate(&person.name)) };
        is_admin.get().then(|| {
            view! {
                <button
                    class="icon scripted"
                    type="button"
                    popovertarget=MENU
                    aria-label=label
                    on:click=move |_| chosen.set(Some(id))
                >
                    <Icon icon=LuEllipsisVertical class="s" />
                </button>
            }
        })
    };
    view! {
        <li class="member">
            {move || who.get().map(|(person, is_me)| face(person, is_me))} {badge} {menu}
        </li>
    }
}

fn face(person: Person, is_me: bool) -> impl IntoView {
    view! {
        <Avatar face=&person size="m" />
        <span class="min-w-0 flex-1">
            <span class="name cut" dir="auto">
                {fresh_text(if is_me { "You".to_owned() } else { person.name })}
            </span>
            <span class="meta cut block">{fresh_text(format!("@{}", person.username))}</span>
        </span>
    }
}

/// One menu for all members: it stands beside the button that opened it.
#[component]
fn Menu(
    known: Known,
    members: Memo<Vec<Member>>,
    chosen: RwSignal<Option<UserId>>,
    sending: Sending,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    let member = Memo::new(move |_| find(members, chosen.get()?));
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let appoint = move |_| {
        let Some(member) = member.get_untracked() else { return };
        close();
        let (room, person, admin) = (known.room, member.person.id, !member.is_admin);
        sending.call(Appoint { room, person, admin }, |()| {});
    };
    let remove = move |_| {
        close();
        dialog::show(remove::DIALOG);
    };
    let entries = move || {
        let member = member.get()?;
        let (icon, label) = match member.is_admin {
            true => (LuShieldOff, "Take admin away"),
            false => (LuShieldCheck, "Make admin"),
        };
        Some(view! {
            <button type="button" on:click=appoint>
                <Icon icon class="s" />
                {label}
            </button>
            {(!member.is_me)
                .then(|| {
                    view! {
                        <button class="danger" type="button" on:click=remove>
                            <Icon icon=LuUserRoundMinus class="s" />
                            "Remove from group…"
                        </button>
                    }
                })}
        })
    };
    view! {
        <div class="menu near" id=MENU popover="auto" node_ref=menu>
            {entries}
        </div>
        <RemoveDialog room=known.room member />
    }
}
