//! How many files and connections the system lets this process have open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Kept for everything that is not a client's connection: the database, other services, files.
const RESERVED: u64 = 128;

/// The limit of open files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    /// Before it was raised.
    pub before: u64,
    pub limit: u64,
}

impl Descriptors {
    /// Raises the soft limit to the hard one, which an ordinary account may do. The soft one is small for the
    /// sake of programs that would misuse more (`select`).
    pub fn raise() -> Self {
        let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
            return Self { before: RESERVED, limit: RESERVED };
        };
        let raised = setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok();
        Self { before: soft, limit: if raised { hard } else { soft } }
    }

    /// How many connections of clients fit.
    pub fn connections(self) -> usize {
        let reserved = RESERVED.min(self.limit / 2);
        usize::try_from(self.limit - reserved).unwrap_or(usize::MAX)
    }
}

impl std::fmt::Display for Descriptors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} open files", self.limit)?;
        match self.before == self.limit {
            true => Ok(()),
            false => write!(f, ", raised from {}", self.before),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_kept_for_the_program_itself() {
        let connections = |limit| Descriptors { before: limit, limit }.connections();
        assert_eq!((connections(1_024), connections(256), connections(16)), (896, 128, 8));
    }
}
