//! Answers that are serialized into the page.

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

/// A resource that the server loads before it sends the page. The browser finds it in the page and does not ask again.
pub(crate) fn serialized_resource<T>(
    call: impl Future<Output = T> + Send + 'static,
) -> OnceResource<T, JsonBytes>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    OnceResource::new_with_options(call, true)
}

/// JSON, read from bytes like the answers of server functions: reading from text would be the same
/// code once more in the download.
pub(crate) struct JsonBytes;

impl<T: Serialize> Encoder<T> for JsonBytes {
    type Encoded = String;
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonBytes {
    type Encoded = str;
    type Error = serde_json::Error;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}
