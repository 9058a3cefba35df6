mod abuse;
mod engines;
mod messages;
mod nodes;
mod stores;
