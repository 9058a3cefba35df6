//! The backend on a real PostgreSQL.

mod accounts_sign_in;
mod accounts_sign_up;
mod accounts_world;
mod catch_up;
mod clock_set_back;
mod contracts;
mod database;
mod demo;
mod hub;
mod jobs;
mod mail;
mod messages;
mod people;
mod rate_limit;
mod rooms;
mod sessions;
