//! The page that a plain form is on, where its `Referer` does not say it: some browsers send none, and the answer to a
//! refused form has the address of the call.

use axum::http::{
    HeaderMap, HeaderValue, Uri,
    header::{ORIGIN, REFERER},
};
use model::{RegistrationId, RoomId};

/// Names the page that the form was on before the framework asks for it.
pub(super) fn name(headers: &mut HeaderMap, call: &str, fields: &[(String, String)]) {
    let named = headers.get(REFERER).and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok());
    // No form is at the root: that is an origin without its page.
    if named.is_some_and(|page| page.path() != "/" && !page.path().starts_with("/api/")) {
        return;
    }
    // The framework reads whole addresses only. The layers around this one made sure that the origin is ours.
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let page = page_of(call, fields).unwrap_or_else(|| "/chats".to_owned());
    if let Ok(page) = HeaderValue::from_str(&format!("{origin}{page}")) {
        headers.insert(REFERER, page);
    }
}

fn page_of(call: &str, fields: &[(String, String)]) -> Option<String> {
    let field = |name| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let page = match call.strip_prefix("/api/")? {
        "accounts/sign_in" => "/sign-in",
        "accounts/register" => "/register",
        "accounts/verify" | "accounts/resend" => {
            let id = field("registration")?.parse::<RegistrationId>().ok()?;
            return Some(format!("/verify/{id}"));
        }
        "rooms/create" => "/people/new-group",
        "rooms/open" => "/people",
        "people/block" => "/chats",
        "accounts/sign_out" | "people/unblock" | "settings/theme" => "/settings",
        call => {
            let chat = format!("/chats/{}", field("room")?.parse::<RoomId>().ok()?);
            let is_in_details =
                ["rooms/rename", "rooms/add", "rooms/remove", "rooms/appoint"].contains(&call);
            return Some(if is_in_details { chat + "?details" } else { chat });
        }
    };
    Some(page.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = "019a0000-0000-7000-8000-000000000000";

    fn named(referer: Option<&str>, call: &str, fields: &[(&str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("http://localhost:3000"))]);
        if let Some(referer) = referer {
            headers.insert(REFERER, HeaderValue::from_str(referer).unwrap());
        }
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        name(&mut headers, call, &fields);
        let named = headers.get(REFERER)?.to_str().unwrap();
        Some(named.strip_prefix("http://localhost:3000").unwrap_or(named).to_owned())
    }

    #[test]
    fn a_form_without_a_page_is_on_the_one_it_belongs_to() {
        let chat = format!("/chats/{ROOM}");
        let own = "http://localhost:3000/api/messages/send";
        for referer in [None, Some(own), Some("/api/messages/send?x"), Some("http://localhost:3000/")] {
            for call in ["/api/messages/send", "/api/rooms/leave"] {
                assert_eq!(named(referer, call, &[("room", ROOM)]).as_deref(), Some(&*chat), "{call}");
            }
            let details = named(referer, "/api/rooms/rename", &[("room", ROOM)]);
            assert_eq!(details, Some(format!("{chat}?details")));
        }
        assert_eq!(named(Some(own), "/api/rooms/create", &[]).as_deref(), Some("/people/new-group"));
        assert_eq!(named(None, "/api/accounts/sign_in", &[]).as_deref(), Some("/sign-in"));
        let verify = named(None, "/api/accounts/verify", &[("registration", ROOM)]);
        assert_eq!(verify, Some(format!("/verify/{ROOM}")));
    }

    #[test]
    fn the_page_that_is_named_stays() {
        let page = "http://localhost:3000/chats/x?details";
        let kept = named(Some(page), "/api/rooms/rename", &[("room", ROOM)]);
        assert_eq!(kept.as_deref(), Some("/chats/x?details"));
        let nowhere = named(None, "/api/messages/send", &[("room", "//evil.example")]);
        assert_eq!(nowhere.as_deref(), Some("/chats"));
    }
}
