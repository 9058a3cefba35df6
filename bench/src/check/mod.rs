//! The fault checker: people talk, things break, and at the end an oracle reads what everybody
//! noted. Its promise is docs/PROVING.md.

mod crowd;
mod faults;
mod finish;
mod journal;
mod options;
mod oracle;
#[cfg(test)]
mod oracle_tests;
mod own;
mod run;
mod schedule;
mod trial;
mod verdict;

pub use journal::{History, Told, fingerprint};
pub use options::Options;
pub use oracle::Findings;
pub use run::run;
pub use trial::Trial;
