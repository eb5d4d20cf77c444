//! `refresh` and `drift`.

use super::Session;
use crate::apply::Interrupt;
use crate::cli::failure::{Failure, exit};
use crate::cli::interruptible::interruptible;
use crate::cli::ports::Press;
use crate::engine::{Reading, RefreshOptions};
use tokio::sync::watch;

/// Makes the state say what the cloud says.
pub(super) async fn refresh(
    session: &Session<'_, '_>,
    mut presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    let options = session.update_options();
    let options = RefreshOptions { selection: options.selection, run_program: options.run_program };
    let (deployment, engine) = session.connect()?;
    let interrupt = Interrupt::default();
    let work = async { Ok(engine.refresh(&deployment, &options, &interrupt).await?) };
    let on_press = |count| match count {
        // What was read is written down before the run ends.
        1 => {
            interrupt.raise();
            Press::Continue
        }
        _ => Press::Leave,
    };
    let reading = interruptible(&mut presses, work, on_press).await?;
    session.reporter().reading(&reading, true);
    reading.warnings.iter().for_each(|warning| session.reporter().warning(warning));
    verdict(&reading)?;
    Ok(exit::DONE)
}

/// Shows what differs.
pub(super) async fn drift(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let selection = session.update_options().selection;
    let (_, engine) = session.connect()?;
    let reading = engine.drift(session.target.name(), &selection).await?;
    session.reporter().reading(&reading, false);
    verdict(&reading)?;
    Ok(if reading.drifted.is_empty() { exit::DONE } else { exit::CHANGES })
}

fn verdict(reading: &Reading) -> Result<(), Failure> {
    if reading.interrupted {
        return Err(Failure::Interrupted);
    }
    let messages: Vec<String> = reading.failures.iter().map(ToString::to_string).collect();
    match messages.as_slice() {
        [] => Ok(()),
        all => Err(Failure::failed(all.join("\n")).with_hint("run again when all of it can be read")),
    }
}
