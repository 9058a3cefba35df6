//! The HTML document around the views, and the rules the browser gets with it.

#[cfg(feature = "ssr")]
mod assets;

#[cfg(feature = "ssr")]
use assets::Assets;
#[cfg(feature = "ssr")]
use leptos::{config::LeptosOptions, hydration::AutoReload, nonce::use_nonce, prelude::*};
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;

/// Starts the program in the browser; a function of the addresses of its JavaScript and WebAssembly.
#[cfg(feature = "ssr")]
const START: &str = include_str!("start.js");

/// Shows the place where a conversation opens, while the page is read.
#[cfg(feature = "ssr")]
const PLACE: &str = include_str!("place.js");

/// The whole document. Sets the headers that go with it.
#[cfg(feature = "ssr")]
pub fn document(options: LeptosOptions) -> impl IntoView {
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| options.reload_port);
    set_headers(reload);
    let theme = crate::ui::preferences::Preferences::of_request().theme;
    let assets = Assets::of(&options);
    let program = format!("{}/{}", options.site_pkg_dir, options.output_name);
    let [style, js, wasm] =
        ["css", "js", "wasm"].map(|ending| assets.address(&format!("{program}.{ending}")));
    let start = format!("{}({js:?},{wasm:?})", start_script());
    if let Some(manifest) = assets.manifest(&options.site_pkg_dir) {
        provide_context(manifest);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                />
                <meta name="description" content="Chat that keeps every message once, in one order, on every device." />
                <meta name="color-scheme" content=theme.attribute().unwrap_or("light dark") />
                // Numbers and addresses stay text: a browser that made links of them would change the page.
                <meta name="format-detection" content="telephone=no, date=no, email=no, address=no" />
                <link rel="icon" href=assets.address("favicon.svg") type="image/svg+xml" />
                <link
                    rel="preload"
                    href=assets.address("fonts/inter.woff2")
                    r#as="font"
                    r#type="font/woff2"
                    crossorigin="anonymous"
                />
                <link rel="stylesheet" id="leptos" href=style />
                <link rel="modulepreload" href=js crossorigin="anonymous" />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <AutoReload options />
                {back_to_page()}
                <script type="module" nonce=use_nonce()>
                    {start}
                </script>
                <MetaTags />
            </head>
            <body>
                // The server writes the shape of what is in it, by which the browser knows that nobody changed it.
                <div id="app" data-shape="">
                    <crate::App />
                </div>
                <script nonce=use_nonce() inner_html=PLACE></script>
                <p id="plain" class="alarm" role="alert" hidden>
                    "This page could not start completely. You can read and write, but new messages come only when you "
                    <a class="link" href="">
                        "load it again"
                    </a> "."
                </p>
            </body>
        </html>
    }
}

/// [`START`] without what is for readers of the source.
#[cfg(feature = "ssr")]
fn start_script() -> &'static str {
    static SCRIPT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let lines = START.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    });
    &SCRIPT
}

/// A page that answers a plain form has the address of the form. In the browser it gets its own before the program
/// takes it over, which reads the address.
#[cfg(feature = "ssr")]
fn back_to_page() -> Option<impl IntoView> {
    let page = crate::ui::refused_form::RefusedForm::of_request()?.page?;
    // JSON is a literal of JavaScript; in a script no tag may begin.
    let page = serde_json::to_string(&page).ok()?.replace('<', "\\u003c");
    Some(view! { <script nonce=use_nonce()>{format!("history.replaceState(null, \"\", {page})")}</script> })
}

/// Nothing from anywhere else, and no script that the server did not write. `reload` is the port
/// that tells a page in development to fetch itself again.
#[cfg(feature = "ssr")]
fn set_headers(reload: Option<u32>) {
    use http::{HeaderValue, header};
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else { return };
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let reload =
        reload.map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'{nonce}; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("nonce and port are visible ASCII");
    response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    // Pages show private things, and carry a message id that may serve once. Proxies must not rewrite them.
    response
        .insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store, no-transform"));
}
