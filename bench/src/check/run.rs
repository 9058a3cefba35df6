//! A run, from the first account to the verdict.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use model::MessageId;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    crowd::Crowd,
    faults::Faults,
    finish::{self, Grace},
    options::Options,
    oracle::judge,
    own::{Own, Shared, place},
    record::{How, Record},
    schedule::{Kind, Kinds, Place, Planned, counts, schedule},
    verdict::Verdict,
};
use crate::{
    client::Http,
    random::Random,
    world::{Database, most_chats, people},
};

const SAMPLE: Duration = Duration::from_millis(250);
/// How long everybody may take to connect before anything breaks.
const GATHER: Duration = Duration::from_secs(20);

/// Runs the checker.
///
/// # Errors
/// It could not be carried out: there is no verdict.
pub async fn run(options: Options) -> anyhow::Result<Verdict> {
    let seed = options.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let kinds = kinds(&options)?;
    let planned = schedule(seed, options.seconds, &kinds);
    eprintln!("seed {seed}, {} s, {} people, faults {kinds}", options.seconds, options.clients);
    for fault in planned.iter().filter(|fault| options.show_schedule || fault.kind.needs_process()) {
        eprintln!("{fault}");
    }
    eprintln!("planned: {:?}", counts(planned.iter().map(|fault| &fault.kind)));
    let server = Own::start(&options).await?;
    let verdict = tokio::select! {
        verdict = check(&options, seed, planned, &server) => verdict,
        () = interrupted() => Err(anyhow!("interrupted")),
    };
    if let Some(server) = &server {
        let went_wrong = verdict.as_ref().map_or(true, |verdict| !verdict.is_ok());
        server.lock().await.end(went_wrong.then_some(seed)).await?;
    }
    verdict
}

/// Returns when somebody ends the checker: its server must not outlive it.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// With somebody else's server its process is left in peace; whoever asks for more is told.
fn kinds(options: &Options) -> anyhow::Result<Kinds> {
    let (asked, place) = (&options.faults, place(options));
    let fitting = asked.fitting(place);
    let odd = asked.0.iter().find(|kind| !kind.fits(place)).filter(|_| asked.0.len() < Kind::ALL.len());
    match (odd, place) {
        (None, _) => Ok(fitting),
        (Some(kind), Place::Elsewhere) => {
            bail!("{} breaks a process, and with --url the server's is left in peace", kind.name())
        }
        (Some(kind), Place::Lite) => bail!("{} needs a cluster; add --cluster", kind.name()),
        (Some(kind), Place::Cluster) => bail!("{} is for one program, without --cluster", kind.name()),
    }
}

async fn check(
    options: &Options,
    seed: u64,
    planned: Vec<Planned>,
    server: &Shared,
) -> anyhow::Result<Verdict> {
    let (origin, url) = address(options, server).await?;
    let database = Database::at(url);
    let usual = (options.clients * 2).min(most_chats(options.clients));
    let rooms = options.rooms.unwrap_or(usual);
    let people = people(&Http::new(&origin), &database, options.clients, rooms).await?;
    let mut random = Random::new(seed).fork();
    let crowd = Arc::new(Crowd::connect(people, &mut random));
    if !gather(&crowd).await {
        crowd.journal.incident(format!("not everybody could connect within {} s", GATHER.as_secs()));
    }

    let started = Instant::now();
    let end = started + Duration::from_secs(options.seconds);
    let peak = Arc::new(AtomicU64::new(0));
    let sampler = tokio::spawn(sample(server.clone(), peak.clone()));
    let faults = Faults::new(crowd.clone(), server.clone(), started, end);
    let (on_process, on_clients) = planned.into_iter().partition(|fault| fault.kind.needs_process());
    let mut talks = JoinSet::new();
    for member in 0..crowd.members.len() {
        let (crowd, random, rate) = (crowd.clone(), random.fork(), options.rate);
        talks.spawn(async move { crowd.talk(member, rate, end, random).await });
    }
    tokio::join!(faults.break_server(on_process), faults.break_clients(on_clients), talks.join_all());

    if let Some(server) = server {
        server.lock().await.run().await.context("the server did not come back")?;
    }
    let healed = finish::catch_up(&crowd, &database, Grace::USUAL).await?;
    sampler.abort();
    finish::read(&crowd, &database).await?;
    if let Some(server) = server {
        for panic in server.lock().await.panics() {
            crowd.journal.incident(format!("the server's log: {panic}"));
        }
    }
    let peak = peak.load(Ordering::Relaxed);
    if peak > options.max_rss_kb {
        crowd.journal.incident(format!("the server took {peak} KiB, more than {}", options.max_rss_kb));
    }
    let mut record = std::mem::take(&mut *crowd.journal.record());
    let accepted = accepted(&record);
    record.incidents.extend(too_few(accepted, options.min_accepted));
    let done = faults.done();
    let sent: HashSet<MessageId> = record.attempts.iter().map(|attempt| attempt.id).collect();
    let verdict = Verdict {
        verdict: "",
        sent: sent.len() as u64,
        accepted,
        changed: record.tries.iter().filter(|one| matches!(one.answer, Some(Ok(_)))).count() as u64,
        delivered: record.deliveries.iter().filter(|delivery| delivery.how == How::Shown).count() as u64,
        lost: 0,
        doubled: 0,
        reordered: 0,
        foreign: 0,
        faults: counts(done.iter()),
        seed,
        seconds: options.seconds,
        healed_ms: healed.as_millis() as u64,
        peak_rss_kb: peak,
        violation_count: 0,
        violations: Vec::new(),
    };
    Ok(verdict.with(judge(&record)))
}

async fn address(options: &Options, server: &Shared) -> anyhow::Result<(String, String)> {
    if let Some(server) = server {
        let server = server.lock().await;
        return Ok((server.origin(), server.database_url().await?));
    }
    let url = options.url.clone().context("an origin is needed")?;
    let database = options.database.clone().context("the database is needed")?;
    Ok((url.trim_end_matches('/').to_owned(), database))
}

/// Waits until everybody is connected; false if that takes too long.
async fn gather(crowd: &Crowd) -> bool {
    let all_here = async {
        while !crowd.devices().all(|(_, handle)| handle.status().caught_up) {
            sleep(SAMPLE / 10).await;
        }
    };
    tokio::time::timeout(GATHER, all_here).await.is_ok()
}

async fn sample(server: Shared, peak: Arc<AtomicU64>) {
    let Some(server) = server else { return };
    loop {
        if let Ok(server) = server.try_lock() {
            peak.fetch_max(server.rss().unwrap_or(0), Ordering::Relaxed);
        }
        sleep(SAMPLE).await;
    }
}

/// A run that accepted nothing has shown nothing, whatever it was asked for.
fn too_few(accepted: u64, wanted: u64) -> Option<String> {
    let wanted = wanted.max(1);
    (accepted < wanted).then(|| format!("{accepted} messages were accepted, {wanted} are needed"))
}

/// Different messages that were answered with their place.
pub(super) fn accepted(record: &Record) -> u64 {
    let accepted = record.answers.iter().filter(|answer| answer.outcome.is_ok());
    accepted.map(|answer| answer.id).collect::<HashSet<_>>().len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_accepted_nothing_is_a_failure() {
        assert_eq!(too_few(0, 0).unwrap(), "0 messages were accepted, 1 are needed");
        assert!(too_few(99, 100).is_some());
        assert_eq!(too_few(100, 100), None);
        let record = Record { incidents: too_few(0, 0).into_iter().collect(), ..Record::default() };
        assert_ne!(judge(&record), super::super::oracle::Findings::default());
    }
}
