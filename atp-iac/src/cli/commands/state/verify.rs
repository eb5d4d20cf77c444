//! `state verify` and `state repair`.

use super::super::Session;
use super::{Ask, wants, warn};
use crate::cli::failure::{Failure, exit};
use crate::engine::Repaired;
use crate::state::Problem;
use serde_json::{Value as Json, json};

pub(super) async fn verify(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let problems = session.target.engine().verify_state(session.target.name()).await?;
    session.reporter().report("state verify", &problem_lines(&problems), problem_details(&problems, None));
    match problems.len() {
        0 => Ok(exit::DONE),
        _ if problems.iter().any(|problem| problem.repairable) => {
            Err(Failure::failed("the state is not as it should be").with_hint("run `state repair`"))
        }
        _ => {
            Err(Failure::failed("the state is not as it should be").with_hint("it is told above, one by one"))
        }
    }
}

pub(super) async fn repair(session: &Session<'_, '_>, ask: Ask<'_>) -> Result<u8, Failure> {
    let mut objection = None;
    let mut left = 0;
    let mut decide = |problems: &[Problem]| {
        left = problems.len();
        session.reporter().report("state repair", &problem_lines(problems), problem_details(problems, None));
        // Where nothing can be repaired, nobody has to answer.
        !problems.iter().any(|problem| problem.repairable)
            || wants(session, ask, ("Repair it?", "repair the state"), &mut objection)
    };
    let repaired = session.target.engine().repair_state(session.target.name(), &mut decide).await?;
    let Some(Repaired { lock, serial, left: still, warnings }) = repaired else {
        return match (objection, left) {
            (Some(objection), _) => Err(objection),
            (None, 0) => Ok(exit::DONE),
            (None, _) => Err(hopeless()),
        };
    };
    warn(session, &warnings);
    let mut messages = Vec::new();
    if lock {
        messages.push("the lock can be taken again; whoever held it cannot write any more".to_owned());
    }
    if let Some(serial) = serial {
        messages.push(format!("the state is repaired, with serial {serial}"));
        messages.push("look at `preview --refresh` before the next `up`".to_owned());
    }
    session.reporter().report("state repair", &messages, problem_details(&still, serial));
    match (objection, still.is_empty()) {
        (Some(objection), _) => Err(objection),
        (None, true) => Ok(exit::DONE),
        (None, false) => Err(hopeless()),
    }
}

fn hopeless() -> Failure {
    Failure::failed("there is nothing that could be repaired here").with_hint("it is told above, one by one")
}

pub(in crate::cli) fn problem_lines(problems: &[Problem]) -> Vec<String> {
    if problems.is_empty() {
        return vec!["the state is whole".to_owned()];
    }
    let lines = problems.iter().flat_map(|one| [format!("- {}", one.message), format!("    {}", one.remedy)]);
    lines.collect()
}

pub(in crate::cli) fn problem_details(problems: &[Problem], serial: Option<u64>) -> Json {
    let problems: Vec<Json> = (problems.iter())
        .map(|one| json!({"message": one.message, "remedy": one.remedy, "repairable": one.repairable}))
        .collect();
    json!({"problems": problems, "serial": serial})
}
