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
    /// Edits, deletions and reactions that were answered.
    pub changed: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(findings: Findings) -> Verdict {
        let verdict = Verdict {
            verdict: "",
            sent: 1,
            accepted: 1,
            changed: 1,
            delivered: 1,
            lost: 0,
            doubled: 0,
            reordered: 0,
            foreign: 0,
            faults: BTreeMap::new(),
            seed: 1,
            seconds: 1,
            healed_ms: 1,
            peak_rss_kb: 1,
            violation_count: 0,
            violations: Vec::new(),
        };
        verdict.with(findings)
    }

    /// The exit status is made of this. Fails for each of the counts that `with` does not look at.
    #[test]
    fn each_count_alone_and_each_violation_is_a_failure() {
        assert!(verdict(Findings::default()).is_ok());
        let alone = [
            Findings { lost: 1, ..Findings::default() },
            Findings { doubled: 1, ..Findings::default() },
            Findings { reordered: 1, ..Findings::default() },
            Findings { foreign: 1, ..Findings::default() },
            Findings { violations: vec!["hole: …".to_owned()], ..Findings::default() },
        ];
        for findings in alone {
            assert!(!verdict(findings.clone()).is_ok(), "{findings:?}");
        }
    }

    #[test]
    fn many_violations_are_counted_and_some_are_told() {
        let violations = (0..50).map(|n| n.to_string()).collect();
        let verdict = verdict(Findings { lost: 50, violations, ..Findings::default() });
        assert_eq!((verdict.violation_count, verdict.violations.len(), verdict.lost), (50, TOLD, 50));
    }
}
