//! `state verify` and `state repair`.

use super::super::Session;
use super::{Ask, wants, warn};
use crate::cli::failure::{Failure, exit};
use crate::state::Problem;
use serde_json::{Value as Json, json};

pub(super) async fn verify(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let problems = session.target.engine().verify_state(session.target.name()).await?;
    session.reporter().report("state verify", &listed(&problems), details(&problems, None));
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
        session.reporter().report("state repair", &listed(problems), details(problems, None));
        // Where nothing can be repaired, nobody has to answer.
        !problems.iter().any(|problem| problem.repairable)
            || wants(session, ask, ("Repair it?", "repair the state"), &mut objection)
    };
    let repaired = session.target.engine().repair_state(session.target.name(), &mut decide).await?;
    let Some((serial, warnings)) = repaired else {
        return match (objection, left) {
            (Some(objection), _) => Err(objection),
            (None, 0) => Ok(exit::DONE),
            (None, _) => Err(Failure::failed("there is nothing that could be repaired here")
                .with_hint("it is told above, one by one")),
        };
    };
    warn(session, &warnings);
    let messages = [
        format!("the state is repaired, with serial {serial}"),
        "look at `preview --refresh` before the next `up`".into(),
    ];
    session.reporter().report("state repair", &messages, details(&[], Some(serial)));
    Ok(exit::DONE)
}

fn listed(problems: &[Problem]) -> Vec<String> {
    if problems.is_empty() {
        return vec!["the state is whole".to_owned()];
    }
    let lines = problems.iter().flat_map(|one| [format!("- {}", one.message), format!("    {}", one.remedy)]);
    lines.collect()
}

fn details(problems: &[Problem], serial: Option<u64>) -> Json {
    let problems: Vec<Json> = (problems.iter())
        .map(|one| json!({"message": one.message, "remedy": one.remedy, "repairable": one.repairable}))
        .collect();
    json!({"problems": problems, "serial": serial})
}
