//! What Kafka's client says of itself.
//!
//! It says the same in two ways, and while a broker is away again with every try to connect. What that
//! means to people is logged by who is concerned, once; here it goes to those who look closer.

use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
};

/// For clients that need no context of their own.
pub(super) struct Reports;

pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    tracing::debug!(?level, facility, message, "Kafka's client says");
}

/// An error that waiting does not mend, such as a wrong password, is for everybody to see.
pub(super) fn error(error: &KafkaError, reason: &str) {
    match error.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::Resolve
            | RDKafkaErrorCode::OperationTimedOut,
        ) => tracing::debug!(%error, reason, "Kafka's client reports an error"),
        _ => tracing::warn!(%error, reason, "Kafka's client reports an error"),
    }
}

impl ClientContext for Reports {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, cause: KafkaError, reason: &str) {
        error(&cause, reason);
    }
}
