//! A job as a message, and back. The body is the payload, which holds ids only.

use chrono::{DateTime, Utc};
use lapin::{
    BasicProperties,
    message::Delivery,
    types::{AMQPValue, FieldTable},
};

use super::super::Claimed;
use crate::failure::unreadable;

/// Tries that were made before the job came to RabbitMQ.
const TRIES: &str = "rapport-tries";
/// Microseconds since 1970 at which the job was queued.
const CREATED_AT: &str = "rapport-created-at";
/// Why a job was given up, in dead letters.
const REASON: &str = "rapport-reason";
/// Which try was its last, in dead letters.
const ATTEMPT: &str = "rapport-attempt";

const PERSISTENT: u8 = 2;

/// A job that RabbitMQ brought.
#[derive(Debug)]
pub(crate) struct Carried {
    /// The number of the row it was.
    pub(crate) id: i64,
    /// Its task, without any prefix.
    pub(crate) queue: String,
    pub(crate) payload: serde_json::Value,
    /// Which try this is, from 1.
    pub(crate) attempt: i32,
    pub(crate) created_at: DateTime<Utc>,
}

/// What goes beside the payload of a row.
pub(super) fn properties(job: &Claimed) -> BasicProperties {
    let mut headers = FieldTable::default();
    // The lease that the relay holds is no try.
    headers.insert(TRIES.into(), AMQPValue::LongInt(job.attempts - 1));
    headers.insert(CREATED_AT.into(), AMQPValue::LongLongInt(job.created_at.timestamp_micros()));
    BasicProperties::default()
        .with_message_id(job.id.to_string().into())
        .with_type(job.queue.as_str().into())
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_headers(headers)
}

impl Carried {
    /// # Errors
    /// It was not a worker's relay who sent it.
    pub(super) fn read(queue: &str, delivery: &Delivery) -> Result<Self, String> {
        let properties = &delivery.properties;
        let id = properties.message_id().as_ref().and_then(|id| id.as_str().parse().ok());
        let headers = properties.headers().clone().unwrap_or_default();
        let created_at = number(&headers, CREATED_AT).and_then(DateTime::from_timestamp_micros);
        let (Some(id), Some(created_at)) = (id, created_at) else {
            return Err("no job: it has no number or no time of birth".to_owned());
        };
        let payload = serde_json::from_slice(&delivery.data)
            .map_err(|error| format!("unreadable payload: {}", unreadable(&error)))?;
        let tries = number(&headers, TRIES).unwrap_or_default() + earlier_deliveries(delivery, &headers);
        let attempt = i32::try_from(tries + 1).unwrap_or(i32::MAX);
        Ok(Self { id, queue: queue.to_owned(), payload, attempt, created_at })
    }
}

/// Newer versions of RabbitMQ count those that ended with a lost worker apart.
fn earlier_deliveries(delivery: &Delivery, headers: &FieldTable) -> i64 {
    let counted = ["x-delivery-count", "x-acquired-count"].map(|name| number(headers, name).unwrap_or(0));
    counted.into_iter().max().unwrap_or(0).max(i64::from(delivery.redelivered))
}

/// The same message with the reason of its end.
pub(super) fn dead(delivery: &Delivery, attempt: Option<i32>, reason: &str) -> BasicProperties {
    let mut headers = delivery.properties.headers().clone().unwrap_or_default();
    headers.insert(REASON.into(), AMQPValue::LongString(reason.into()));
    if let Some(attempt) = attempt {
        headers.insert(ATTEMPT.into(), AMQPValue::LongInt(attempt));
    }
    delivery.properties.clone().with_headers(headers).with_delivery_mode(PERSISTENT)
}

/// Whatever width it travelled in.
fn number(headers: &FieldTable, name: &str) -> Option<i64> {
    match headers.inner().get(name)? {
        AMQPValue::ShortShortInt(n) => Some((*n).into()),
        AMQPValue::ShortShortUInt(n) => Some((*n).into()),
        AMQPValue::ShortInt(n) => Some((*n).into()),
        AMQPValue::ShortUInt(n) => Some((*n).into()),
        AMQPValue::LongInt(n) => Some((*n).into()),
        AMQPValue::LongUInt(n) => Some((*n).into()),
        AMQPValue::LongLongInt(n) => Some(*n),
        _ => None,
    }
}
