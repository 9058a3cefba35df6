//! What is to be done when: one alarm serves everything that waits.

use model::VecMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// Open a connection.
    Connect,
    /// Say hello even though the disk has not answered yet.
    Greet,
    /// Nothing was heard for too long.
    Silence,
    /// Apply the frames that gathered.
    Frames,
    /// Ask for changes that are missing.
    Gaps,
    /// Report marks.
    Marks,
    /// Send what had to wait.
    Sends,
    /// Answers to sent messages are overdue.
    Answers,
    /// The disk takes too long: go on without it.
    Saving,
    /// Messages of other tabs that are still here.
    Foreign,
    /// Put changed rooms away.
    Rooms,
    /// Put changed drafts away.
    Drafts,
}

/// Moments in milliseconds of a clock that only goes forward.
#[derive(Default)]
pub(super) struct Agenda(VecMap<Task, f64>);

impl Agenda {
    pub(super) fn set(&mut self, task: Task, at: f64) {
        self.0.insert(task, at);
    }

    /// No later than `at`: an earlier moment stands.
    pub(super) fn by(&mut self, task: Task, at: f64) {
        let planned = self.0.get_or_insert_with(task, || at);
        *planned = planned.min(at);
    }

    pub(super) fn drop(&mut self, task: Task) {
        self.0.remove(&task);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// When the alarm must ring next.
    pub(super) fn next(&self) -> Option<f64> {
        self.0.values().copied().min_by(f64::total_cmp)
    }

    /// Takes out what is due.
    pub(super) fn due(&mut self, now: f64) -> Vec<Task> {
        let due: Vec<Task> = self.0.iter().filter(|(_, at)| **at <= now).map(|(task, _)| *task).collect();
        for task in &due {
            self.0.remove(task);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_come_out_once_when_due() {
        let mut agenda = Agenda::default();
        agenda.set(Task::Connect, 30.0);
        agenda.set(Task::Gaps, 10.0);
        assert_eq!(agenda.next(), Some(10.0));
        assert_eq!(agenda.due(20.0), [Task::Gaps]);
        assert_eq!(agenda.due(20.0), []);
        assert_eq!(agenda.next(), Some(30.0));
    }

    #[test]
    fn by_keeps_the_earlier_moment() {
        let mut agenda = Agenda::default();
        agenda.by(Task::Rooms, 10.0);
        agenda.by(Task::Rooms, 20.0);
        assert_eq!(agenda.next(), Some(10.0));
        agenda.by(Task::Rooms, 5.0);
        assert_eq!(agenda.next(), Some(5.0));
        agenda.set(Task::Rooms, 50.0);
        assert_eq!(agenda.next(), Some(50.0));
        agenda.drop(Task::Rooms);
        assert_eq!(agenda.next(), None);
    }
}
