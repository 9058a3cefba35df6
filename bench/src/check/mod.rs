//! The fault checker: people talk, things break, and at the end an oracle reads what everybody
//! noted. Its promise is docs/PROVING.md.

mod changing;
mod crowd;
mod faults;
mod finish;
mod journal;
mod options;
mod oracle;
mod own;
mod record;
mod run;
mod schedule;
mod trial;
mod verdict;

pub use options::Options;
pub use oracle::Findings;
pub use record::{History, Stands, Told};
pub use run::run;
pub use trial::Trial;
