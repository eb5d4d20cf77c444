//! Listens to Ctrl-C while something runs.

use super::failure::Failure;
use super::ports::{Press, press};
use super::reporter::Reporter;
use crate::apply::Interrupt;
use std::pin::pin;
use tokio::sync::watch;

/// Ctrl-C while a plan is carried out: says what it means, and raises the interrupt.
pub(super) fn stop(reporter: &mut Reporter<'_>, interrupt: &Interrupt, count: u32) -> Press {
    reporter.note(match count {
        1 => "stopping: what runs is waited for; press Ctrl-C again to give up waiting",
        _ => "giving up: the next run looks up what became of the calls",
    });
    press(interrupt, count)
}

/// Runs `work`, and calls `on_press` with the number of every press of Ctrl-C. Work that is left is dropped: the state
/// is safe at every moment.
pub(super) async fn interruptible<T>(
    presses: &mut watch::Receiver<u32>,
    work: impl Future<Output = Result<T, Failure>>,
    mut on_press: impl FnMut(u32) -> Press,
) -> Result<T, Failure> {
    let mut work = pin!(work);
    let mut seen = 0;
    loop {
        let pressed = *presses.borrow_and_update();
        while seen < pressed {
            seen += 1;
            if on_press(seen) == Press::Leave {
                return Err(Failure::Interrupted);
            }
        }
        tokio::select! {
            result = &mut work => return result,
            changed = presses.changed() => if changed.is_err() {
                // Nobody can press any more.
                return work.await;
            },
        }
    }
}
