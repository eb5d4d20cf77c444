//! Which resources of the state have other names in the program.
//!
//! | the program declares | the state has | verdict |
//! | --- | --- | --- |
//! | `b`, once `a` | `a` | `a` moves to `b` |
//! | `b`, once `a` | `a` and `b` | `b` stays, `a` leaves the program, and a notice says so |
//! | `c`, once `b` or `a` | `a`, or `b`, or both | the first alias that is there moves; of others a notice tells |
//! | `b`, once `a`; and `a` | whatever | an error: nothing can be two resources |
//! | `a`, once `b`; and `b`, once `a` | whatever | the same error, for both |
//! | `b`, once `a`; and `c`, once `a` | `a` | an error: one has to give way |
//! | `b`, once `a` of another stack | whatever | an error: a state gives nothing to another one |

use super::{Invalid, Notice, Preparation};
use crate::program::Registration;
use crate::provider::Problem;
use crate::state::StateView;
use crate::value::Path;
use crate::{StackName, Urn};
use std::collections::HashMap;

/// What follows from the aliases of a program.
#[derive(Debug, Default)]
pub(crate) struct Aliased {
    /// What moves.
    pub preparation: Preparation,
    /// What does not, though it could.
    pub notices: Vec<Notice>,
}

/// Finds out what moves.
///
/// # Errors
/// Every alias that contradicts the program or another alias.
pub(crate) fn aliased(
    registrations: &[Registration],
    state: &StateView,
    stack: &StackName,
) -> Result<Aliased, Vec<Invalid>> {
    if registrations.iter().all(|registration| registration.aliases.is_empty()) {
        return Ok(Aliased::default());
    }
    let resources = || registrations.iter().filter(|registration| !registration.is_query);
    let declared = resources().map(|registration| (&registration.urn, registration)).collect();
    let mut moves =
        Moves { state, stack, declared, taken: HashMap::new(), notices: Vec::new(), invalid: Vec::new() };
    for registration in resources() {
        moves.find(registration);
    }
    if !moves.invalid.is_empty() {
        return Err(moves.invalid);
    }
    Ok(moves.finish())
}

struct Moves<'a> {
    state: &'a StateView,
    stack: &'a StackName,
    declared: HashMap<&'a Urn, &'a Registration>,
    /// What moves, by where it is: who takes it.
    taken: HashMap<&'a Urn, &'a Registration>,
    notices: Vec<Notice>,
    invalid: Vec<Invalid>,
}

impl<'a> Moves<'a> {
    fn find(&mut self, registration: &'a Registration) {
        let mut occupied = self.state.get(&registration.urn).is_some();
        for alias in &registration.aliases {
            if let Some(message) = self.contradiction(alias) {
                self.invalid.push(invalid(registration, alias, &message));
            } else if !self.is_there(alias) {
                continue;
            } else if occupied {
                self.notices.push(left(registration, alias));
            } else if let Some(other) = self.taken.insert(alias, registration) {
                let message = format!(
                    "and so has `{}` at {}: one resource cannot become two\n  way out: take the alias off one of them",
                    other.urn.name(),
                    other.location
                );
                self.invalid.push(invalid(registration, alias, &message));
            } else {
                occupied = true;
            }
        }
    }

    /// What of an alias cannot be, whatever the state has.
    fn contradiction(&self, alias: &Urn) -> Option<String> {
        if !alias.is_in(self.stack) {
            return Some(format!(
                "which is in another stack than {}: what one state has cannot be moved to another one yet; a command `state \
                 move` is to do that\n  way out: give it `retain_on_delete` there and run `up`, take it over here by \
                 `import` with its id, then remove it there",
                self.stack
            ));
        }
        let live = self.declared.get(alias)?;
        Some(format!(
            "which the program declares at {}: nothing can be two resources\n  way out: take the alias off, or the \
             resource out of the program; where two are to change names, give one of them a third name first",
            live.location
        ))
    }

    fn is_there(&self, alias: &Urn) -> bool {
        self.state.get(alias).is_some() || self.state.replaced(alias).next().is_some()
    }

    fn finish(self) -> Aliased {
        let urns = self.taken.into_iter().map(|(from, to)| (from.clone(), to.urn.clone()));
        Aliased { preparation: Preparation::of_moves(urns.collect()), notices: self.notices }
    }
}

fn invalid(registration: &Registration, alias: &Urn, message: &str) -> Invalid {
    let message = format!("has the alias `{alias}`, {message}");
    let problem = Problem { path: Path::root(), message };
    Invalid { urn: registration.urn.clone(), location: registration.location, problem }
}

fn left(registration: &Registration, alias: &Urn) -> Notice {
    let (new, old) = (registration.urn.name(), alias.name());
    Notice {
        urn: alias.clone(),
        message: format!(
            "`{new}` has the alias `{old}`, and is there itself: `{old}` is not moved, and leaves the program"
        ),
        hint: format!(
            "if `{old}` is the right one, take `{new}` out of the program for one `up`, then put it back"
        ),
    }
}
