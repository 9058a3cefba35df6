//! The proof of the checker: a program with faults on purpose, of which it must find each.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use tokio::process::Command;

/// The mutants of `backend::mutants`, and what each is found by: one of the counts, or holes. First
/// the program as it is.
const MUTANTS: [(&str, &[&str]); 11] = [
    ("none", &[]),
    ("fan-out-before-commit", &["foreign", "lost"]),
    ("forget-duplicate", &["doubled"]),
    ("skip-number", &["hole"]),
    ("lose-last-frame", &["lost"]),
    ("lose-accepted", &["lost"]),
    ("tell-a-stranger", &["foreign"]),
    ("resume-forgets", &["lost"]),
    ("bring-back", &["foreign"]),
    ("forget-deletion", &["lost"]),
    ("forget-change", &["doubled"]),
];
/// Runs a mutant may take to be found: some show only when a kill falls into a few milliseconds.
const TRIES: u64 = 3;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The program, built with the feature `mutants`
    #[arg(long, value_name = "PATH", default_value = "target/debug/rapport")]
    pub program: PathBuf,
    #[arg(long, default_value_t = 12)]
    pub clients: usize,
    /// Of each run
    #[arg(long, default_value_t = 15)]
    pub seconds: u64,
    /// Of the first run of each mutant
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Only these, with commas
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
}

/// Runs the checker against every mutant and prints a table; true if it found each, and nothing in
/// the program as it is.
///
/// # Errors
/// A run could not be carried out.
pub async fn prove(options: Options) -> anyhow::Result<bool> {
    let mut right = true;
    println!("| mutant | found | runs | lost | doubled | reordered | foreign | first words |");
    println!("|---|---|---|---|---|---|---|---|");
    for (mutant, signs) in MUTANTS {
        if !options.only.is_empty() && !options.only.iter().any(|only| only == mutant) {
            continue;
        }
        let (found, runs, verdict) = hunt(&options, mutant, signs).await?;
        let words = verdict["violations"][0].as_str().unwrap_or("").replace('|', "/");
        let count = |name: &str| verdict[name].as_u64().unwrap_or_default();
        let (lost, doubled, reordered, foreign) =
            (count("lost"), count("doubled"), count("reordered"), count("foreign"));
        let said = if found { "yes" } else { "no" };
        println!("| {mutant} | {said} | {runs} | {lost} | {doubled} | {reordered} | {foreign} | {words} |");
        right &= found == (mutant != "none");
    }
    Ok(right)
}

async fn hunt(options: &Options, mutant: &str, signs: &[&str]) -> anyhow::Result<(bool, u64, Value)> {
    let mut last = Value::Null;
    for run in 0..TRIES {
        last = check(options, mutant, options.seed + run).await?;
        if is_found(&last, signs) {
            return Ok((true, run + 1, last));
        }
    }
    Ok((false, TRIES, last))
}

/// Whether a verdict shows a mutant by its own signs: a slow machine is not what is looked for. Of the
/// program as it is any violation counts.
fn is_found(verdict: &Value, signs: &[&str]) -> bool {
    let told = |sign: &&str| {
        let words = verdict["violations"].as_array().into_iter().flatten().filter_map(Value::as_str);
        verdict[*sign].as_u64().is_some_and(|count| count > 0)
            || words.clone().any(|one| one.starts_with(*sign))
    };
    verdict["verdict"] == "violated" && (signs.is_empty() || signs.iter().any(told))
}

async fn check(options: &Options, mutant: &str, seed: u64) -> anyhow::Result<Value> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("check").arg("--program").arg(&options.program);
    // A debug build takes more memory and time than what people run.
    command.args(["--max-rss-kb", "1000000"]);
    for (name, value) in
        [("--clients", options.clients as u64), ("--seconds", options.seconds), ("--seed", seed)]
    {
        command.args([name, &value.to_string()]);
    }
    if mutant != "none" {
        command.env("RAPPORT_MUTANT", mutant);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output().await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(line) = said.lines().last() else {
        bail!(
            "{mutant}: no verdict: {}",
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("")
        );
    };
    serde_json::from_str(line).with_context(|| format!("{mutant}: {line}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mutant_is_found_by_its_own_signs() {
        let slow = json!({ "verdict": "violated", "lost": 0, "violations": ["not recovered after 10 s: …"] });
        assert!(is_found(&slow, &[]) && !is_found(&slow, &["lost"]) && !is_found(&slow, &["hole"]));
        let hole = json!({ "verdict": "violated", "lost": 0, "violations": ["not …", "hole: …"] });
        assert!(is_found(&hole, &["hole"]) && !is_found(&hole, &["doubled"]));
        let lost = json!({ "verdict": "violated", "lost": 2, "violations": [] });
        assert!(is_found(&lost, &["foreign", "lost"]));
        assert!(!is_found(&json!({ "verdict": "ok", "lost": 0, "violations": [] }), &[]));
    }
}
