//! Who may see the figures at `/metrics`.

use super::{METRICS, Refusal};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Figures {
    /// This machine alone.
    #[default]
    Local,
    /// Whoever reaches the port.
    Open,
}

impl Figures {
    pub(super) fn read(text: Option<&str>) -> Result<Self, Refusal> {
        match text {
            None | Some("local") => Ok(Self::Local),
            Some("open") => Ok(Self::Open),
            Some(other) => Err(Refusal::new(METRICS, format!("must be local or open, not {other:?}"))),
        }
    }
}
