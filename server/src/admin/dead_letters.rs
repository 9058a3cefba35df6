//! `rapport admin dead-letters`: entries that could not be stored.

use anyhow::Context;
use backend::message_log::DeadLetters as Letters;

use crate::{cli::DeadLetters, config::Config};

/// Payload shown of each, in characters.
const SHOWN: usize = 120;

/// Does what is asked, and says what there is or was done.
///
/// # Errors
/// There is no Kafka, it does not answer, or there is no such letter.
pub async fn dead_letters(config: &Config, what: &DeadLetters) -> anyhow::Result<String> {
    let kafka =
        config.kafka.as_ref().context("RAPPORT_KAFKA is not set; without Kafka there are no dead letters")?;
    let letters = Letters::at(kafka)?;
    match what {
        DeadLetters::List => {
            let found = letters.list().await?;
            if found.is_empty() {
                return Ok("There are no dead letters.".to_owned());
            }
            let line = |letter: &backend::message_log::DeadLetter| {
                let payload = String::from_utf8_lossy(&letter.payload);
                let shown: String =
                    payload.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect();
                format!("{}\t{}\t{shown}", letter.place, letter.reason)
            };
            Ok(found.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        DeadLetters::Retry { place } => {
            letters.retry(place).await?;
            Ok(format!("{place} is logged once more."))
        }
        DeadLetters::Drop { place } => {
            letters.drop_letter(place).await?;
            Ok(format!("{place} is gone."))
        }
    }
}
