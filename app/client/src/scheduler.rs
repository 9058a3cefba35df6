//! Deadlines of the client: one timer of the driver serves all of them.

use model::VecMap;

/// The moment at which each task is due.
#[derive(Debug)]
pub struct Scheduler<T>(VecMap<T, f64>);

impl<T: Ord> Default for Scheduler<T> {
    fn default() -> Self {
        Self(VecMap::new())
    }
}

impl<T: Copy + Ord> Scheduler<T> {
    /// Moves the task to `at`.
    pub fn set(&mut self, task: T, at: f64) {
        self.0.insert(task, at);
    }

    /// Makes the task due no later than `at`: an earlier moment stays.
    pub fn set_by(&mut self, task: T, at: f64) {
        let due = self.0.get_or_insert_with(task, || at);
        *due = due.min(at);
    }

    pub fn cancel(&mut self, task: T) {
        self.0.remove(&task);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// When the next task is due.
    pub fn next_due(&self) -> Option<f64> {
        self.0.values().copied().min_by(f64::total_cmp)
    }

    /// Removes the tasks that are due, and returns them.
    pub fn take_due(&mut self, now: f64) -> Vec<T> {
        let due: Vec<T> = self.0.iter().filter(|(_, at)| **at <= now).map(|(task, _)| *task).collect();
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
    fn due_tasks_are_returned_once() {
        let mut scheduler = Scheduler::default();
        scheduler.set("connect", 30.0);
        scheduler.set("fetch", 10.0);
        assert_eq!(scheduler.next_due(), Some(10.0));
        assert_eq!(scheduler.take_due(20.0), ["fetch"]);
        assert!(scheduler.take_due(20.0).is_empty());
        assert_eq!(scheduler.next_due(), Some(30.0));
    }

    #[test]
    fn set_by_keeps_the_earlier_moment() {
        let mut scheduler = Scheduler::default();
        scheduler.set_by(1, 10.0);
        scheduler.set_by(1, 20.0);
        assert_eq!(scheduler.next_due(), Some(10.0));
        scheduler.set_by(1, 5.0);
        assert_eq!(scheduler.next_due(), Some(5.0));
        scheduler.set(1, 50.0);
        assert_eq!(scheduler.next_due(), Some(50.0));
        scheduler.cancel(1);
        assert_eq!(scheduler.next_due(), None);
    }
}
