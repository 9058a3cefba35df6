//! The schedule of faults: made of the seed alone, before anything runs.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::random::Random;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// SIGKILL to the server, which is started again later.
    Kill9,
    /// SIGSTOP, later SIGCONT.
    Stop,
    /// SIGTERM, then a new start.
    Term,
    /// SIGKILL to the private postmaster, which the server itself starts again.
    Postgres,
    /// Some sockets break off.
    Disconnect,
    /// Some devices neither read nor write, and their sockets stay open.
    HalfOpen,
    /// Some devices do not read.
    Stall,
    /// One message from two devices and over HTTP.
    Duplicate,
    /// Old messages again, the newest first.
    Reorder,
    /// One id, two texts.
    Conflict,
    /// A message to other people's chat.
    Stranger,
    /// An edit, a deletion, a reaction.
    Change,
    /// SIGKILL to one of the nodes that serve people; the cluster starts it again.
    WebKill,
    /// SIGTERM to one of them, and a new start, as when a new version is rolled out.
    WebRestart,
    /// SIGSTOP to one of them, later SIGCONT.
    WebStop,
    /// SIGKILL to one of those that store.
    StoreKill,
    /// SIGSTOP to one of them for longer than Kafka waits, later SIGCONT: it believes it still stores.
    StoreStop,
    /// SIGKILL to what works off jobs.
    WorkerKill,
    /// SIGKILL to nginx.
    FrontKill,
    /// SIGKILL to an engine, which starts again at once.
    EngineKill,
    /// PostgreSQL, Redis, Kafka, RabbitMQ: stopped for a while.
    DatabaseAway,
    RedisAway,
    KafkaAway,
    RabbitAway,
}

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One program with its own PostgreSQL.
    Lite,
    /// Nodes and engines.
    Cluster,
    /// Somebody else's, which is left in peace.
    Elsewhere,
}

impl Kind {
    pub const ALL: [Self; 24] = [
        Self::Kill9,
        Self::Stop,
        Self::Term,
        Self::Postgres,
        Self::Disconnect,
        Self::HalfOpen,
        Self::Stall,
        Self::Duplicate,
        Self::Reorder,
        Self::Conflict,
        Self::Stranger,
        Self::Change,
        Self::WebKill,
        Self::WebRestart,
        Self::WebStop,
        Self::StoreKill,
        Self::StoreStop,
        Self::WorkerKill,
        Self::FrontKill,
        Self::EngineKill,
        Self::DatabaseAway,
        Self::RedisAway,
        Self::KafkaAway,
        Self::RabbitAway,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kill9 => "kill9",
            Self::Stop => "stop",
            Self::Term => "term",
            Self::Postgres => "postgres",
            Self::Disconnect => "disconnect",
            Self::HalfOpen => "halfopen",
            Self::Stall => "stall",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Conflict => "conflict",
            Self::Stranger => "stranger",
            Self::Change => "change",
            Self::WebKill => "web-kill",
            Self::WebRestart => "web-restart",
            Self::WebStop => "web-stop",
            Self::StoreKill => "store-kill",
            Self::StoreStop => "store-stop",
            Self::WorkerKill => "worker-kill",
            Self::FrontKill => "nginx-kill",
            Self::EngineKill => "engine-kill",
            Self::DatabaseAway => "postgres-away",
            Self::RedisAway => "redis-away",
            Self::KafkaAway => "kafka-away",
            Self::RabbitAway => "rabbitmq-away",
        }
    }

    /// Whether it takes a process in hand.
    pub fn needs_process(self) -> bool {
        self.needs_cluster() || matches!(self, Self::Kill9 | Self::Stop | Self::Term | Self::Postgres)
    }

    /// Whether there must be several processes.
    pub fn needs_cluster(self) -> bool {
        matches!(
            self,
            Self::WebKill
                | Self::WebRestart
                | Self::WebStop
                | Self::StoreKill
                | Self::StoreStop
                | Self::WorkerKill
                | Self::FrontKill
                | Self::EngineKill
                | Self::DatabaseAway
                | Self::RedisAway
                | Self::KafkaAway
                | Self::RabbitAway
        )
    }

    /// Whether it can be done there.
    pub fn fits(self, place: Place) -> bool {
        match place {
            Place::Lite => !self.needs_cluster(),
            Place::Cluster => self.needs_cluster() || !self.needs_process(),
            Place::Elsewhere => !self.needs_process(),
        }
    }

    fn group(self) -> Group {
        match self {
            _ if self.needs_process() => Group::Process,
            Self::Disconnect | Self::HalfOpen | Self::Stall => Group::Socket,
            _ => Group::Mischief,
        }
    }
}

/// Kinds that share one line of time: each has its turn before one has a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Process,
    Socket,
    Mischief,
}

impl Group {
    /// The time from one fault to the next, in milliseconds.
    fn pause(self) -> (u64, u64) {
        match self {
            Self::Process => (1_500, 5_000),
            Self::Socket => (300, 1_200),
            Self::Mischief => (40, 160),
        }
    }
}

/// A list of kinds, as on the command line: `all`, `none`, or names with commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds(pub Vec<Kind>);

impl FromStr for Kinds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kind = |name: &str| {
            let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
            found.ok_or_else(|| format!("{name} is no fault; there are {}", Self(Kind::ALL.to_vec())))
        };
        match text {
            "all" => Ok(Self(Kind::ALL.to_vec())),
            "none" => Ok(Self(Vec::new())),
            names => names.split(',').map(kind).collect::<Result<_, _>>().map(Self),
        }
    }
}

impl Kinds {
    /// Those that can be done there.
    #[must_use]
    pub fn fitting(&self, place: Place) -> Self {
        Self(self.0.iter().copied().filter(|kind| kind.fits(place)).collect())
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|kind| kind.name()).collect();
        f.write_str(if names.is_empty() { "none".to_owned() } else { names.join(",") }.as_str())
    }
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// When it begins, in milliseconds from the start. One whose turn comes while another of its
    /// group is still going on waits for that.
    pub at: u64,
    pub kind: Kind,
    /// How long it lasts, in milliseconds; of restarts, how long the server is away.
    pub lasts: u64,
    /// Chooses whom it hits.
    pub dice: u64,
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, kind, lasts, dice } = self;
        write!(f, "{:>8.3} s  {:<10} {lasts:>6} ms  dice {dice:016x}", *at as f64 / 1000.0, kind.name())
    }
}

/// The faults of a run, in the order of their beginnings. None is still going on at the end.
pub(super) fn schedule(seed: u64, seconds: u64, kinds: &Kinds) -> Vec<Planned> {
    let mut random = Random::new(seed);
    let mut planned = Vec::new();
    for group in [Group::Process, Group::Socket, Group::Mischief] {
        // Also of a group that is empty, so that the others stay as they are.
        let mut random = random.fork();
        let of_group = |kind: &Kind| kind.group() == group && kinds.0.contains(kind);
        let bag: Vec<Kind> = Kind::ALL.into_iter().filter(of_group).collect();
        if !bag.is_empty() {
            fill(&mut planned, &mut random, group, &bag, seconds * 1000);
        }
    }
    planned.sort_by_key(|fault: &Planned| fault.at);
    planned
}

fn fill(planned: &mut Vec<Planned>, random: &mut Random, group: Group, bag: &[Kind], end: u64) {
    let (from, upto) = group.pause();
    let mut at = from / 2 + random.between(0, from);
    let mut turn: Vec<Kind> = Vec::new();
    loop {
        if turn.is_empty() {
            turn = bag.to_vec();
            random.shuffle(&mut turn);
        }
        let Some(kind) = turn.pop() else { return };
        let lasts = lasts(kind, end, random);
        let dice = random.draw();
        if at + lasts + 2_000 > end {
            return;
        }
        planned.push(Planned { at, kind, lasts, dice });
        let after = if group == Group::Process { at + lasts } else { at };
        at = after + random.between(from, upto);
    }
}

fn lasts(kind: Kind, end: u64, random: &mut Random) -> u64 {
    let usual = match kind {
        Kind::Kill9 | Kind::Term => random.between(0, 3_000),
        Kind::Stop => random.between(1_000, 6_000),
        Kind::HalfOpen => random.between(1_000, 8_000),
        Kind::Stall => random.between(1_000, 5_000),
        Kind::WebStop => random.between(1_000, 6_000),
        // Kafka waits for 6 s.
        Kind::StoreStop => random.between(11_000, 16_000),
        Kind::DatabaseAway | Kind::RedisAway | Kind::KafkaAway | Kind::RabbitAway => {
            // In a long run also a whole minute.
            let most = if end > 180_000 { 60_000 } else { 8_000 };
            random.between(1_000, most)
        }
        _ => 0,
    };
    // Longer than either side takes for life.
    let long = kind == Kind::HalfOpen && random.between(0, 10) == 0 && end > 180_000;
    if long { random.between(65_000, 75_000) } else { usual }
}

/// How many faults of each kind, by name.
pub(super) fn counts<'a>(kinds: impl Iterator<Item = &'a Kind>) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for kind in kinds {
        *counts.entry(kind.name()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_schedule() {
        let all: Kinds = "all".parse().unwrap();
        let all = all.fitting(Place::Lite);
        assert_eq!(schedule(7, 600, &all), schedule(7, 600, &all));
        assert_ne!(schedule(7, 600, &all), schedule(8, 600, &all));
    }

    /// A seed that was told once must be that schedule for ever. Fails when anything about the making
    /// changes: then old seeds are worth nothing, and this says so.
    #[test]
    fn a_seed_is_the_same_schedule_in_every_build() {
        let planned = schedule(20_261_124, 15, &"kill9,stop,term,postgres,conflict".parse().unwrap());
        let told: Vec<String> = planned.iter().map(Planned::to_string).collect();
        let process = [
            "   1.078 s  postgres        0 ms  dice 5833391cc41962ff",
            "   3.860 s  kill9        2449 ms  dice e9d129c1c30b8c37",
        ];
        assert!(process.iter().all(|line| told.contains(&(*line).to_owned())), "{told:#?}");
        assert_eq!(
            (told.len(), planned.last().map(|last| last.dice)),
            (133, Some(8_470_261_935_895_653_271))
        );
    }

    #[test]
    fn every_kind_has_its_turn_and_none_outlasts_the_run() {
        for (seed, place) in (0..50).flat_map(|seed| [(seed, Place::Lite), (seed, Place::Cluster)]) {
            let kinds = "all".parse::<Kinds>().unwrap().fitting(place);
            let planned = schedule(seed, 600, &kinds);
            let in_turn = kinds.0.iter().all(|kind| planned.iter().any(|fault| fault.kind == *kind));
            assert!(in_turn || place == Place::Cluster, "{planned:#?}");
            assert!(planned.iter().all(|fault| fault.at + fault.lasts <= 598_000));
            assert!(planned.is_sorted_by_key(|fault| fault.at));
        }
    }

    #[test]
    fn leaving_kinds_out_leaves_the_other_groups_as_they_are() {
        let all = schedule(3, 60, &"all".parse::<Kinds>().unwrap().fitting(Place::Lite));
        let process = schedule(3, 60, &"kill9,stop,term,postgres".parse().unwrap());
        let same: Vec<Planned> = all.into_iter().filter(|fault| fault.kind.needs_process()).collect();
        assert_eq!(process, same);
    }

    #[test]
    fn names_are_read() {
        assert_eq!("none".parse::<Kinds>().unwrap().0, []);
        assert_eq!("kill9,stall".parse::<Kinds>().unwrap().0, [Kind::Kill9, Kind::Stall]);
        assert!("kill8".parse::<Kinds>().unwrap_err().starts_with("kill8 is no fault"));
    }
}
