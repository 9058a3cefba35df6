mod abuse;
mod engines;
mod leaving;
mod messages;
mod nodes;
mod stores;
