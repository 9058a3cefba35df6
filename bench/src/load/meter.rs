//! Figures of processes, from /proc, and of the program, from /metrics.

use std::fs;

use anyhow::Context;

/// Resident memory of a process, in KiB.
///
/// # Errors
/// There is no such process.
pub(super) fn resident(pid: u32) -> anyhow::Result<u64> {
    field(&format!("/proc/{pid}/status"), "VmRSS:")
}

/// A process's share of the memory it has with others counted once, in KiB.
///
/// # Errors
/// There is no such process.
pub(super) fn proportional(pid: u32) -> anyhow::Result<u64> {
    field(&format!("/proc/{pid}/smaps_rollup"), "Pss:")
}

fn field(path: &str, name: &str) -> anyhow::Result<u64> {
    let text = fs::read_to_string(path).with_context(|| path.to_owned())?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| name.to_owned())?;
    line.split_whitespace().next().unwrap_or_default().parse().context("a number")
}

/// Processor time of a process so far, in seconds.
///
/// # Errors
/// There is no such process.
pub(super) fn processor(pid: u32) -> anyhow::Result<f64> {
    // Linux counts in hundredths of a second everywhere.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after = stat.rsplit_once(')').context("the end of the name")?.1;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

/// The children of a process, and theirs.
pub(super) fn descendants(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let path = format!("/proc/{parent}/task/{parent}/children");
        let children = fs::read_to_string(path).unwrap_or_default();
        found.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        next += 1;
    }
    found
}

/// A counter in the text of /metrics, of all processes together; 0 while it has not counted.
pub(super) fn counter(metrics: &str, name: &str) -> f64 {
    let values = metrics.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.filter_map(|value| value.parse::<f64>().ok()).sum()
}
