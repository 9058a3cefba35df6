//! Which Kafka, and how to speak to it.

use std::{path::PathBuf, str::FromStr};

use backend::message_log::{KafkaSettings, Mechanism, Sasl, Security};

use super::{
    Environment, KAFKA, KAFKA_CA, KAFKA_PARTITIONS, KAFKA_PASSWORD, KAFKA_REPLICATION, KAFKA_SASL,
    KAFKA_SECURITY, KAFKA_TOPIC, KAFKA_USERNAME, Refusal,
};

const TOPIC: &str = "room-events";
const GROUP: &str = "store";
const PARTITIONS: i32 = 8;
const REPLICATION: i32 = 1;
/// The longest name Kafka takes for a topic; ours gets another five letters for its dead letters.
const TOPIC_LENGTH: usize = 249 - 5;

pub(super) fn read(environment: &Environment) -> Result<Option<KafkaSettings>, Refusal> {
    let Some(brokers) = environment.get(KAFKA)? else { return refuse_leftovers(environment).map(|()| None) };
    let topic = environment.get(KAFKA_TOPIC)?.unwrap_or(TOPIC).to_owned();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if topic.len() > TOPIC_LENGTH || !topic.chars().all(is_plain) || topic.starts_with('.') {
        return Err(Refusal::new(
            KAFKA_TOPIC,
            format!(
                "must be letters, digits, dots, hyphens and underscores, at most {TOPIC_LENGTH}, not {topic:?}"
            ),
        ));
    }
    Ok(Some(KafkaSettings {
        brokers: addresses(brokers)?,
        group: format!("{topic}.{GROUP}"),
        topic,
        partitions: number(environment, KAFKA_PARTITIONS, PARTITIONS, 1_000)?,
        replication: number(environment, KAFKA_REPLICATION, REPLICATION, 100)?,
        security: security(environment)?,
    }))
}

/// A setting that nobody asks for is a mistake: messages would not go where it says.
fn refuse_leftovers(environment: &Environment) -> Result<(), Refusal> {
    let rest = [
        KAFKA_TOPIC,
        KAFKA_PARTITIONS,
        KAFKA_REPLICATION,
        KAFKA_SECURITY,
        KAFKA_SASL,
        KAFKA_USERNAME,
        KAFKA_PASSWORD,
        KAFKA_CA,
    ];
    for name in rest {
        if environment.get(name)?.is_some() {
            return Err(Refusal::new(name, format!("is set, and {KAFKA} does not say where Kafka is")));
        }
    }
    Ok(())
}

fn addresses(text: &str) -> Result<String, Refusal> {
    let addresses: Vec<&str> = text.split(',').map(str::trim).collect();
    let is_one = |address: &&str| {
        address.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok_and(|port| port > 0)
        })
    };
    match addresses.iter().all(is_one) {
        true => Ok(addresses.join(",")),
        false => Err(Refusal::new(
            KAFKA,
            format!("must be host:port, several separated by commas, such as 127.0.0.1:9092, not {text:?}"),
        )),
    }
}

fn number(environment: &Environment, name: &str, default: i32, most: i32) -> Result<i32, Refusal> {
    let Some(text) = environment.get(name)? else { return Ok(default) };
    let number = i32::from_str(text).ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Refusal::new(name, format!("must be a number from 1 to {most}, not {text:?}")))
}

fn security(environment: &Environment) -> Result<Security, Refusal> {
    let protocol = environment.get(KAFKA_SECURITY)?.unwrap_or("plaintext");
    let (tls, signs_in) = match protocol {
        "plaintext" => (false, false),
        "ssl" => (true, false),
        "sasl_plaintext" => (false, true),
        "sasl_ssl" => (true, true),
        other => {
            return Err(Refusal::new(
                KAFKA_SECURITY,
                format!("must be plaintext, ssl, sasl_plaintext or sasl_ssl, not {other:?}"),
            ));
        }
    };
    let authorities = environment.get(KAFKA_CA)?.map(PathBuf::from);
    if authorities.is_some() && !tls {
        return Err(Refusal::new(KAFKA_CA, format!("is for TLS, and {KAFKA_SECURITY} is {protocol}")));
    }
    Ok(Security { tls, authorities, sasl: sasl(environment, protocol, signs_in)? })
}

fn sasl(environment: &Environment, protocol: &str, signs_in: bool) -> Result<Option<Sasl>, Refusal> {
    let (mechanism, username, password) =
        (environment.get(KAFKA_SASL)?, environment.get(KAFKA_USERNAME)?, environment.get(KAFKA_PASSWORD)?);
    if !signs_in {
        let given = [(KAFKA_SASL, mechanism), (KAFKA_USERNAME, username), (KAFKA_PASSWORD, password)];
        return match given.iter().find(|(_, value)| value.is_some()) {
            None => Ok(None),
            Some((name, _)) => Err(Refusal::new(
                *name,
                format!("is set, and {KAFKA_SECURITY} is {protocol}, by which nobody signs in"),
            )),
        };
    }
    let mechanism = match mechanism.unwrap_or("PLAIN") {
        "PLAIN" => Mechanism::Plain,
        "SCRAM-SHA-256" => Mechanism::ScramSha256,
        "SCRAM-SHA-512" => Mechanism::ScramSha512,
        other => {
            return Err(Refusal::new(
                KAFKA_SASL,
                format!("must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, not {other:?}"),
            ));
        }
    };
    let needed = |name: &str, value: Option<&str>| {
        value.map(str::to_owned).ok_or_else(|| Refusal::new(name, format!("must be set with {protocol}")))
    };
    let (username, password) = (needed(KAFKA_USERNAME, username)?, needed(KAFKA_PASSWORD, password)?);
    Ok(Some(Sasl { mechanism, username, password }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(variables: &[(&str, &str)]) -> String {
        read(&Environment::of(variables)).unwrap_err().to_string()
    }

    #[test]
    fn needs_an_address_only() {
        assert!(read(&Environment::of(&[])).unwrap().is_none());
        let kafka = read(&Environment::of(&[(KAFKA, "one:9092, two:9093")])).unwrap().unwrap();
        assert_eq!((&*kafka.brokers, &*kafka.topic), ("one:9092,two:9093", "room-events"));
        assert_eq!((kafka.partitions, kafka.replication), (8, 1));
        assert!(!kafka.security.tls && kafka.security.sasl.is_none());
    }

    #[test]
    fn names_what_is_malformed() {
        for address in ["kafka", "kafka:", ":9092", "kafka:port", "a:1,,b:2", "kafka://a:9092", "a:0"] {
            assert!(refused(&[(KAFKA, address)]).starts_with("RAPPORT_KAFKA must be host:port"), "{address}");
        }
        let with = |name, value| refused(&[(KAFKA, "a:1"), (name, value)]);
        assert!(with(KAFKA_PARTITIONS, "0").starts_with("RAPPORT_KAFKA_PARTITIONS must be a number from 1"));
        assert!(with(KAFKA_REPLICATION, "many").starts_with("RAPPORT_KAFKA_REPLICATION must be"));
        assert!(with(KAFKA_TOPIC, "a b").starts_with("RAPPORT_KAFKA_TOPIC must be letters"));
        assert!(with(KAFKA_SECURITY, "tls").starts_with("RAPPORT_KAFKA_SECURITY must be plaintext"));
    }

    #[test]
    fn refuses_contradictions() {
        assert!(refused(&[(KAFKA_TOPIC, "t")]).contains("RAPPORT_KAFKA does not say where"));
        assert!(refused(&[(KAFKA, "a:1"), (KAFKA_USERNAME, "u")]).contains("by which nobody signs in"));
        assert!(refused(&[(KAFKA, "a:1"), (KAFKA_CA, "/ca.pem")]).contains("is for TLS"));
        let sasl = [(KAFKA, "a:1"), (KAFKA_SECURITY, "sasl_ssl"), (KAFKA_USERNAME, "u")];
        assert!(refused(&sasl).starts_with("RAPPORT_KAFKA_PASSWORD must be set"));
    }

    #[test]
    fn signs_in_and_never_shows_the_password() {
        let variables = [
            (KAFKA, "a:1"),
            (KAFKA_SECURITY, "sasl_ssl"),
            (KAFKA_SASL, "SCRAM-SHA-512"),
            (KAFKA_USERNAME, "u"),
            (KAFKA_PASSWORD, "hush"),
        ];
        let kafka = read(&Environment::of(&variables)).unwrap().unwrap();
        assert!(kafka.security.tls);
        assert_eq!(kafka.security.sasl.as_ref().unwrap().mechanism, Mechanism::ScramSha512);
        assert!(!format!("{kafka:?}").contains("hush"));
    }
}
