/// Why a mail did not leave. The words are for the operator: no address, no secret.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// This mail will never be taken, however often it is tried.
    #[error("refused for good: {0}")]
    Refused(String),
    /// Trying again may help.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}
