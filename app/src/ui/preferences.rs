//! What a browser asks for in cookies: the theme and the time zone. The server draws by them, so
//! that nothing changes colour or time when the scripts arrive.

use serde::{Deserialize, Serialize};

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    Light,
    Dark,
    #[default]
    System,
}

impl Theme {
    /// As the cookie, the attribute and the form have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    /// The value of `data-theme`; none follows the system.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            chosen => Some(chosen.name()),
        }
    }

    /// The cookie that keeps the choice for a year; the system's is kept by forgetting.
    pub fn cookie(self) -> String {
        match self {
            Self::System => "theme=; Path=/; SameSite=Lax; Max-Age=0".to_owned(),
            chosen => format!("theme={}; Path=/; SameSite=Lax; Max-Age=31536000", chosen.name()),
        }
    }
}

/// What a page is drawn by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    pub theme: Theme,
    /// Minutes east of UTC.
    pub zone: i32,
    /// The server's present, in milliseconds since 1970: "today" while the page is drawn.
    pub now: i64,
}

impl Preferences {
    /// From the cookies of the request; without scripts that is all there is.
    #[cfg(feature = "ssr")]
    pub fn of_request() -> Self {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as i64);
        let theme = match cookie("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let zone = cookie("zone").and_then(|zone| zone.parse().ok()).unwrap_or(0);
        // The widest offsets in use are −12 and +14 hours.
        Self { theme, zone: i32::clamp(zone, -720, 840), now }
    }
}

#[cfg(feature = "ssr")]
pub(crate) fn cookie(name: &str) -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    crate::call::cookie(&parts.headers, name).map(str::to_owned)
}
