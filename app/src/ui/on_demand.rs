//! Pages whose code the browser fetches when somebody goes there, so that the first visit of a
//! conversation does not carry them.

use leptos::prelude::*;
use model::{Code, Error};

use super::trouble::Trouble;

/// Makes `route` of a view, for `view={Lazy::<route>::new()}`. The views of one `chunk` come in one
/// file, which `scripts/site.sh` cuts out of the program. Without the feature `split`, as in
/// development, they come with the program.
macro_rules! on_demand {
    ($route:ident = $view:path, chunk = $chunk:ident) => {
        #[doc = concat!("[`", stringify!($view), "`], whose code comes with the chunk `", stringify!($chunk), "`.")]
        pub struct $route;

        const _: () = {
            use ::leptos::{
                prelude::{AnyView, IntoAny},
                wasm_split::SplitLoaderError,
            };

            #[cfg(feature = "split")]
            #[::leptos::wasm_split::wasm_split($chunk, wasm_split_path = ::leptos::wasm_split, fallible, preload(fetch))]
            fn view() -> Result<AnyView, SplitLoaderError> {
                Ok($view().into_any())
            }

            #[cfg(not(feature = "split"))]
            async fn view() -> Result<AnyView, SplitLoaderError> {
                Ok($view().into_any())
            }

            #[cfg(not(feature = "split"))]
            async fn fetch() -> Result<(), SplitLoaderError> {
                Ok(())
            }

            impl $route {
                /// Fetches the code, if it is not here.
                pub async fn fetch() -> Result<(), SplitLoaderError> {
                    fetch().await
                }
            }

            impl ::leptos_router::LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    #[cfg(feature = "ssr")]
                    ::leptos::prefetch_lazy_fn_on_server(stringify!($chunk));
                    view().await.unwrap_or_else(|_| $crate::ui::on_demand::missing())
                }

                async fn preload() {
                    // A failure is for `view` to tell, which tries again.
                    let _ = fetch().await;
                }
            }
        };
    };
}

pub(crate) use on_demand;

/// In place of a page whose code did not come: after an update of the server, or without a
/// connection. Loading the address again helps with both.
pub(crate) fn missing() -> AnyView {
    let error = Error::new(Code::Unavailable, "This page could not be fetched.");
    view! { <Trouble error /> }.into_any()
}
