//! A request to stop, from outside.

use tokio::sync::watch;

/// Asks a running apply to stop. Clones are one.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Sender<Level>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Go,
    Stop,
    Abort,
}

impl Default for Interrupt {
    fn default() -> Self {
        Interrupt(watch::Sender::new(Level::Go))
    }
}

impl Interrupt {
    /// The first call stops starting: what runs is waited for. The second gives up waiting: the next run looks up what
    /// became of it.
    pub fn raise(&self) {
        self.0.send_modify(|level| *level = if *level == Level::Go { Level::Stop } else { Level::Abort });
    }

    /// Whether nothing more should be started.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow() >= Level::Stop
    }

    /// Returns when nothing more should be started.
    pub async fn raised(&self) {
        let mut levels = self.0.subscribe();
        // The sender lives as long as `self`, so waiting can only end by the condition.
        let _ = levels.wait_for(|level| *level >= Level::Stop).await;
    }

    /// Returns when waiting should be given up.
    pub(super) async fn aborted(&self) {
        let mut levels = self.0.subscribe();
        // The sender lives as long as `self`, so waiting can only end by the condition.
        let _ = levels.wait_for(|level| *level == Level::Abort).await;
    }
}
