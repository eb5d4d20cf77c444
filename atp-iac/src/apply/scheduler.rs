//! Which step may start: a pure state machine over the graph of steps.
//!
//! Invariant: every step ends in exactly one of done, failed and skipped, or is never started after a stop.

use crate::plan::StepGraph;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepStatus {
    /// It waits for others, or for its turn.
    Waiting,
    /// It was started.
    Running,
    /// It ended well.
    Done,
    /// It ended badly.
    Failed,
    /// It will not be started, because one that it waits for was not done.
    Skipped,
}

/// Decides which step starts next.
#[derive(Debug)]
pub struct Scheduler<'g> {
    graph: &'g StepGraph,
    waits_for: Vec<usize>,
    status: Vec<StepStatus>,
    ready: BTreeSet<usize>,
    keys: BTreeMap<String, VecDeque<usize>>,
    held: BTreeMap<usize, String>,
    running: usize,
}

impl<'g> Scheduler<'g> {
    /// Nothing has started.
    pub fn new(graph: &'g StepGraph) -> Self {
        let ready = (0..graph.steps.len()).filter(|step| graph.waits_for[*step] == 0).collect();
        Scheduler {
            graph,
            waits_for: graph.waits_for.clone(),
            status: vec![StepStatus::Waiting; graph.steps.len()],
            ready,
            keys: BTreeMap::new(),
            held: BTreeMap::new(),
            running: 0,
        }
    }

    /// Takes the first step that may start. It has to be given to [`start`](Self::start) or [`finish`](Self::finish).
    pub fn take_ready(&mut self) -> Option<usize> {
        self.ready.pop_first()
    }

    /// Starts a step, unless another one holds its key: then it starts when that one has finished.
    pub fn start(&mut self, step: usize, key: Option<String>) -> bool {
        debug_assert_eq!(self.status[step], StepStatus::Waiting);
        if let Some(key) = key {
            match self.keys.get_mut(&key) {
                Some(queue) => {
                    queue.push_back(step);
                    return false;
                }
                None => {
                    self.keys.insert(key.clone(), VecDeque::new());
                    self.held.insert(step, key);
                }
            }
        }
        self.status[step] = StepStatus::Running;
        self.running += 1;
        true
    }

    /// Ends a step, started or not. One that ended well can still end badly, when its result turns out not to be durable.
    /// Returns the steps that are skipped for it.
    pub fn finish(&mut self, step: usize, well: bool) -> Vec<usize> {
        if self.status[step] == StepStatus::Running {
            self.running -= 1;
        }
        self.release(step);
        if !well {
            self.status[step] = StepStatus::Failed;
            return self.skip_after(step);
        }
        self.status[step] = StepStatus::Done;
        for successor in &self.graph.successors[step] {
            self.waits_for[*successor] -= 1;
            if self.waits_for[*successor] == 0 && self.status[*successor] == StepStatus::Waiting {
                self.ready.insert(*successor);
            }
        }
        Vec::new()
    }

    /// How many steps run.
    pub fn running(&self) -> usize {
        self.running
    }

    /// Where a step stands.
    pub fn status(&self, step: usize) -> StepStatus {
        self.status[step]
    }

    /// The steps behind the one that held a key go back to be taken; the first of them gets it.
    fn release(&mut self, step: usize) {
        if let Some(queue) = self.held.remove(&step).and_then(|key| self.keys.remove(&key)) {
            self.ready.extend(queue);
        }
    }

    fn skip_after(&mut self, step: usize) -> Vec<usize> {
        let mut skipped = Vec::new();
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            for successor in &self.graph.successors[step] {
                if self.status[*successor] == StepStatus::Waiting {
                    self.status[*successor] = StepStatus::Skipped;
                    self.ready.remove(successor);
                    skipped.push(*successor);
                    open.push(*successor);
                }
            }
        }
        skipped.sort_unstable();
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Step, Work};

    fn graph(count: usize, edges: &[(usize, usize)]) -> StepGraph {
        let mut graph = StepGraph {
            steps: (0..count).map(|operation| Step { operation, work: Work::Create }).collect(),
            successors: vec![Vec::new(); count],
            waits_for: vec![0; count],
        };
        for (before, after) in edges {
            graph.successors[*before].push(*after);
            graph.waits_for[*after] += 1;
        }
        graph
    }

    #[test]
    fn a_step_is_ready_when_all_that_it_waits_for_is_done() {
        let graph = graph(3, &[(0, 2), (1, 2)]);
        let mut scheduler = Scheduler::new(&graph);
        assert_eq!(
            (scheduler.take_ready(), scheduler.take_ready(), scheduler.take_ready()),
            (Some(0), Some(1), None)
        );
        assert!(scheduler.start(0, None) && scheduler.start(1, None));
        assert!(scheduler.finish(0, true).is_empty());
        assert_eq!(scheduler.take_ready(), None);
        scheduler.finish(1, true);
        assert_eq!(scheduler.take_ready(), Some(2));
    }

    #[test]
    fn a_failure_skips_what_waits_for_it_and_nothing_else() {
        let graph = graph(4, &[(0, 1), (1, 2)]);
        let mut scheduler = Scheduler::new(&graph);
        scheduler.take_ready();
        scheduler.start(0, None);
        assert_eq!(scheduler.finish(0, false), [1, 2]);
        assert_eq!(scheduler.take_ready(), Some(3));
        assert_eq!(scheduler.status(2), StepStatus::Skipped);
    }

    #[test]
    fn steps_with_one_key_run_one_after_the_other() {
        let graph = graph(3, &[]);
        let mut scheduler = Scheduler::new(&graph);
        let key = || Some("network".to_owned());
        let [a, b, c] = [0, 1, 2].map(|_| scheduler.take_ready().unwrap());
        assert!(scheduler.start(a, key()));
        assert!(!scheduler.start(b, key()) && !scheduler.start(c, key()));
        assert_eq!(scheduler.take_ready(), None);
        scheduler.finish(a, true);
        let next = scheduler.take_ready().unwrap();
        assert_eq!(next, b);
        assert!(scheduler.start(next, key()));
        let last = scheduler.take_ready().unwrap();
        assert!(!scheduler.start(last, key()));
        assert_eq!(scheduler.running(), 1);
    }
}
