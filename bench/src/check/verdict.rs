//! The last line: one JSON object.

use std::collections::BTreeMap;

use serde::Serialize;

use super::oracle::Findings;

/// Violations told in words; the rest are only counted.
const TOLD: usize = 20;

#[derive(Serialize)]
pub struct Verdict {
    pub verdict: &'static str,
    pub sent: u64,
    pub accepted: u64,
    /// First showings of a message on a device.
    pub delivered: u64,
    pub lost: u64,
    pub doubled: u64,
    pub reordered: u64,
    pub foreign: u64,
    /// Faults that were carried out.
    pub faults: BTreeMap<&'static str, u64>,
    pub seed: u64,
    pub seconds: u64,
    /// From the end of the run until everybody was caught up.
    pub healed_ms: u64,
    pub peak_rss_kb: u64,
    pub violation_count: usize,
    pub violations: Vec<String>,
}

impl Verdict {
    /// Takes over what the oracle found.
    #[must_use]
    pub fn with(mut self, findings: Findings) -> Self {
        let ok = findings == Findings::default();
        self.verdict = if ok { "ok" } else { "violated" };
        self.lost = findings.lost;
        self.doubled = findings.doubled;
        self.reordered = findings.reordered;
        self.foreign = findings.foreign;
        self.violation_count = findings.violations.len();
        self.violations = findings.violations;
        self.violations.truncate(TOLD);
        self
    }

    pub fn is_ok(&self) -> bool {
        self.verdict == "ok"
    }
}
