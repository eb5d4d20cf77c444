//! The process: its arguments, environment, directory, streams, terminal, user and signals. The one place that asks
//! for them.

use super::failure::exit;
use super::git::Git;
use super::ports::{Answer, DiskPlans, Ports, Storage, Terminal};
use super::{Application, Fixed};
use crate::ports::{Clock, Random, SystemClock, SystemRandom};
use crate::project::DiskFiles;
use crate::secrets::LocalKeyFile;
use crate::state::{FolderRecovery, Holder, LocalStore, Presence};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use tokio::sync::watch;

/// The file in the working directory that holds the key to the secrets.
const KEY_FILE: &str = "secret.key";
/// Whether the messages of panics are shown. Pipelines set RUST_BACKTRACE for everything that they run.
const PANIC_MESSAGES: &str = "ATP_PANIC_MESSAGES";
/// The folder in the working directory for what could not be written into a state.
const RECOVERY_FOLDER: &str = "recovery";
/// The folder in the working directory for signs of those who hold locks elsewhere.
const PRESENCE_FOLDER: &str = "holders";

pub(super) fn run(application: &Application, fixed: Fixed<'_>) -> ExitCode {
    tell_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let code = match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(run_process(application, fixed));
            // Threads that still wait for an answer or a call are not waited for.
            runtime.shutdown_background();
            code
        }
        Err(error) => failed(&format!("the process cannot start its threads: {error}")),
    };
    ExitCode::from(code)
}

async fn run_process(application: &Application, fixed: Fixed<'_>) -> u8 {
    let current_dir = match std::env::current_dir() {
        Ok(current_dir) => current_dir,
        Err(error) => return failed(&format!("the current directory cannot be used: {error}")),
    };
    let (presses, answers) = signals();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let holder = holder(clock.as_ref());
    let storage = {
        let (clock, random, host) = (clock.clone(), random.clone(), holder.host.clone());
        move |work_dir: &Path| Storage {
            store: Arc::new(LocalStore::new(work_dir, clock.clone())),
            keys: Arc::new(LocalKeyFile::new(work_dir.join(KEY_FILE), random.clone())),
            recovery: Arc::new(FolderRecovery::new(work_dir.join(RECOVERY_FOLDER))),
            presence: Presence::new(work_dir.join(PRESENCE_FOLDER), host.as_str()),
        }
    };
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let ports = Ports {
        terminal: Terminal { input: io::stdin().is_terminal(), error: err.is_terminal(), width: width() },
        out: &mut out,
        err: &mut err,
        environment: &variable,
        current_dir,
        files: &DiskFiles,
        plans: &DiskPlans,
        revisions: &Git,
        holder,
        ask: &mut move || ask(&answers),
        presses,
        storage: &storage,
        clock,
        random,
    };
    application.execute(fixed, std::env::args_os(), ports).await
}

fn failed(message: &str) -> u8 {
    let _ = writeln!(io::stderr(), "error: {message}");
    exit::FAILED
}

/// From now on, panics of this process are told as [`panic_line`] says.
pub(super) fn tell_panics() {
    let in_full = variable(PANIC_MESSAGES).is_some_and(|value| value == "1");
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let line = panic_line(place.as_deref(), panic.payload_as_str(), in_full);
        let _ = writeln!(io::stderr(), "{line}");
    }));
}

/// What is said of a panic. Its message may hold anything, secrets too: it is said to whoever asks for it.
fn panic_line(place: Option<&str>, message: Option<&str>, in_full: bool) -> String {
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    match in_full {
        true => format!("panic{place}: {}", message.unwrap_or("no message")),
        false => format!("panic{place}: {PANIC_MESSAGES}=1 shows its message, which may hold secrets"),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn width() -> Option<usize> {
    variable("COLUMNS")?.parse().ok().filter(|width| *width >= 20)
}

/// Who runs this. Names only tell people apart: nothing is allowed because of them.
fn holder(clock: &dyn Clock) -> Holder {
    let first = |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|text| !text.is_empty()));
    let host = || std::fs::read_to_string("/etc/hostname").ok().map(|text| text.trim().to_owned());
    Holder {
        who: pipeline_user()
            .or_else(|| first(&["USER", "LOGNAME", "USERNAME"]))
            .unwrap_or_else(|| "unknown user".to_owned()),
        host: first(&["HOSTNAME", "COMPUTERNAME"]).or_else(host).unwrap_or_else(|| "unknown host".to_owned()),
        process: std::process::id(),
        operation: String::new(),
        since: clock.now(),
    }
}

/// For whom a pipeline runs: the user of its machine is the same for everybody.
fn pipeline_user() -> Option<String> {
    let runs_for = [
        ("GITHUB_ACTIONS", "GITHUB_ACTOR"),
        ("TF_BUILD", "BUILD_REQUESTEDFOREMAIL"),
        ("TF_BUILD", "BUILD_REQUESTEDFOR"),
        ("GITLAB_CI", "GITLAB_USER_LOGIN"),
    ];
    let set = |name: &str| variable(name).filter(|text| !text.is_empty());
    runs_for.into_iter().find_map(|(pipeline, user)| set(pipeline).and_then(|_| set(user)))
}

/// Counts presses of Ctrl-C, and lets each end a question. A request to terminate counts as one.
fn signals() -> (watch::Receiver<u32>, Answers) {
    let (presses, receiver) = watch::channel(0);
    let (sender, given) = mpsc::channel();
    let pressed = sender.clone();
    tokio::spawn(async move {
        if let Ok(mut signals) = Signals::new() {
            while signals.next().await {
                let _ = pressed.send(Answer::Interrupted);
                presses.send_modify(|count| *count += 1);
            }
        }
        // Without signals nobody can press: the channel stays open, and silent.
        presses.closed().await;
    });
    (receiver, Answers { sender, given })
}

/// The signals that ask this process to stop.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one; false when there will be none.
    async fn next(&mut self) -> bool {
        tokio::select! {
            signal = self.interrupt.recv() => signal.is_some(),
            signal = self.terminate.recv() => signal.is_some(),
        }
    }
}

/// The signals that ask this process to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Signals)
    }

    /// Waits for one; false when there will be none.
    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}

/// Where answers arrive, from the keyboard and from Ctrl-C.
struct Answers {
    sender: mpsc::Sender<Answer>,
    given: mpsc::Receiver<Answer>,
}

/// Reads one line, on a thread of its own, so that Ctrl-C ends the waiting.
fn ask(answers: &Answers) -> Answer {
    let sender = answers.sender.clone();
    std::thread::spawn(move || {
        let mut line = String::new();
        let answer = match io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => Answer::End,
            Ok(_) => Answer::Line(line.trim_end_matches(['\r', '\n']).to_owned()),
        };
        let _ = sender.send(answer);
    });
    answers.given.recv().unwrap_or(Answer::End)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_panic_is_shown_to_those_who_ask_for_it() {
        let line = |in_full| panic_line(Some("src/shop.rs:7:1"), Some("hunter2"), in_full);
        assert_eq!(line(true), "panic at src/shop.rs:7:1: hunter2");
        assert!(line(false).starts_with("panic at src/shop.rs:7:1: ") && !line(false).contains("hunter2"));
    }
}
