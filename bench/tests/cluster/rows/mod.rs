mod abuse;
mod disks;
mod engines;
mod leaving;
mod messages;
mod nodes;
mod panics;
mod stores;
