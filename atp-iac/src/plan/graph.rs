//! Checks and orders what a program declares.

use crate::program::{ProgramError, Registration};
use crate::urn::UrnRefMap;

/// The positions of the registrations in an order in which each comes after those it depends on. It is the order of
/// the program, unless the program refers forward by URN.
///
/// # Errors
/// A dependency on something that is not declared, or a circle.
pub(super) fn order(registrations: &[Registration]) -> Result<Vec<usize>, ProgramError> {
    let positions: UrnRefMap<'_, usize> =
        registrations.iter().enumerate().map(|(i, r)| (&r.urn, i)).collect();
    let mut forward = false;
    for (index, registration) in registrations.iter().enumerate() {
        for dependency in &registration.dependencies {
            match positions.get(dependency) {
                Some(position) => forward |= *position >= index,
                None => {
                    return Err(ProgramError::MissingDependency {
                        dependent: registration.urn.clone(),
                        missing: dependency.clone(),
                    });
                }
            }
        }
    }
    if !forward {
        return Ok((0..registrations.len()).collect());
    }
    let waits_for = |registration: &Registration| -> Vec<usize> {
        registration.dependencies.iter().filter_map(|urn| positions.get(urn).copied()).collect()
    };
    let waits_for: Vec<Vec<usize>> = registrations.iter().map(waits_for).collect();
    crate::order::order(&waits_for).map_err(|circle| {
        let name = |position: usize| registrations[position].urn.name().to_owned();
        ProgramError::Cycle { path: circle.into_iter().map(name).collect() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Location;
    use crate::value::Value;
    use crate::{StackName, Urn};
    use std::sync::Arc;

    fn urn(name: &str) -> Urn {
        Urn::new(&StackName::new("dev", "north", "app").unwrap(), &["T"], &[name]).unwrap()
    }

    fn declared(name: &str, dependencies: &[&str]) -> Registration {
        Registration {
            urn: urn(name),
            provider: "test".into(),
            inputs: Arc::new(Value::map().into()),
            dependencies: dependencies.iter().map(|d| urn(d)).collect(),
            options: Default::default(),
            aliases: Vec::new(),
            location: Location { file: "x.rs", line: 1 },
            is_query: false,
        }
    }

    #[test]
    fn the_order_of_the_program_is_kept_where_it_can_be() {
        let program = [declared("a", &[]), declared("b", &["a"]), declared("c", &[])];
        assert_eq!(order(&program).unwrap(), [0, 1, 2]);
        let forward = [declared("a", &["c"]), declared("b", &[]), declared("c", &[])];
        assert_eq!(order(&forward).unwrap(), [1, 2, 0]);
    }

    #[test]
    fn a_circle_is_shown_along_its_names() {
        let program = [declared("a", &["b"]), declared("b", &["c"]), declared("c", &["b"])];
        let error = order(&program).unwrap_err().to_string();
        assert!(error.contains("b -> c -> b") || error.contains("c -> b -> c"), "{error}");
        let own = order(&[declared("a", &["a"])]).unwrap_err().to_string();
        assert!(own.contains("a -> a"), "{own}");
    }

    #[test]
    fn a_dependency_that_is_not_declared_is_named() {
        let error = order(&[declared("a", &["ghost"])]).unwrap_err().to_string();
        assert!(error.contains("ghost") && error.contains("does not declare"), "{error}");
    }
}
