//! Whether jobs go over RabbitMQ.

use backend::jobs::RabbitSettings;

use super::{RABBITMQ, Refusal};

/// `None`: jobs are worked off from the database.
pub(super) fn read(url: Option<&str>) -> Result<Option<RabbitSettings>, Refusal> {
    let Some(url) = url else { return Ok(None) };
    let settings = RabbitSettings::parse(url).map_err(|why| Refusal::new(RABBITMQ, why))?;
    Ok(Some(settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_named_without_its_password_right_or_wrong() {
        let settings = read(Some("amqp://rapport:hush@mq.example.org/chat")).unwrap().unwrap();
        assert_eq!(settings.to_string(), "RabbitMQ at mq.example.org port 5672, virtual host chat");
        let refused = read(Some("rabbit://rapport:hush@mq.example.org")).unwrap_err().to_string();
        assert!(refused.starts_with("RAPPORT_RABBITMQ must be amqp://user:password@host"), "{refused}");
        assert!(!refused.contains("hush"));
        assert_eq!(read(None).unwrap(), None);
    }
}
