//! The backend on a real PostgreSQL.

mod accounts_sign_in;
mod accounts_sign_up;
mod accounts_world;
mod block;
mod cache;
mod catch_up;
mod clock_set_back;
mod contracts;
mod database;
mod demo;
mod hub;
mod jobs;
mod jobs_rabbitmq;
mod leave;
mod mail;
mod mail_smtp;
mod messages;
mod people;
mod presence;
mod rate_limit;
mod redis;
mod rooms;
mod sessions;
mod sockets;
mod store;
