//! Where the stack stands that a reference is about.

use super::{ProgramError, Result};
use crate::StackName;
use std::collections::BTreeMap;

/// Where a stack stands that another one refers to: `StackRef<Data, Primary>`.
///
/// [`Here`] and [`Primary`] are in the library; a place of your own is a type with two constants:
///
/// ```
/// use atp_iac::{Place, PlaceEnvironment, PlaceRegion};
///
/// /// The environment that all others share.
/// pub struct SharedHub;
///
/// impl Place for SharedHub {
///     const ENVIRONMENT: PlaceEnvironment = PlaceEnvironment::Named("shared");
///     const REGION: PlaceRegion = PlaceRegion::Primary;
/// }
/// ```
///
/// The compiler checks the order of layers for [`Here`] only: a stack may refer to any stack elsewhere, also to the one of
/// its own name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a place where a stack stands",
    label = "not a place",
    note = "write `Primary` for the primary region of the same environment, leave it out for the same region, or write `impl Place for ..` for a place of your own"
)]
pub trait Place: 'static {
    /// In which environment; in the same one unless told.
    const ENVIRONMENT: PlaceEnvironment = PlaceEnvironment::Same;
    /// In which region of it.
    const REGION: PlaceRegion;
    /// Not public API: the place as a value. `#[stack]` names it in this form everywhere, so that the compiler reports what
    /// is no place once.
    #[doc(hidden)]
    const AT: ReferencePlace = ReferencePlace { environment: Self::ENVIRONMENT, region: Self::REGION };
}

/// The environment of a [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceEnvironment {
    /// That of the stack which refers.
    Same,
    /// The one of this name.
    Named(&'static str),
}

/// The region of a [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceRegion {
    /// That of the stack which refers.
    Same,
    /// The primary one of the environment: the first in `atp.yaml`.
    Primary,
    /// The one of this name.
    Named(&'static str),
}

/// The same environment and region: what `StackRef<Data>` means.
#[derive(Debug, Clone, Copy)]
pub struct Here;

/// The primary region of the same environment. A stack may stand there itself, so this is always asked for as
/// `Option<StackRef<Data, Primary>>`, which is `None` there.
#[derive(Debug, Clone, Copy)]
pub struct Primary;

impl Place for Here {
    const REGION: PlaceRegion = PlaceRegion::Same;
}

impl Place for Primary {
    const REGION: PlaceRegion = PlaceRegion::Primary;
}

/// A [`Place`] as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferencePlace {
    /// In which environment.
    pub environment: PlaceEnvironment,
    /// In which region of it.
    pub region: PlaceRegion,
}

/// The primary region of each environment, by its name.
pub type PrimaryRegions = BTreeMap<String, String>;

impl ReferencePlace {
    /// The same environment and region.
    pub const HERE: Self = Here::AT;

    /// Whether it is the same environment and region, whatever stack refers.
    pub const fn is_here(self) -> bool {
        matches!((self.environment, self.region), (PlaceEnvironment::Same, PlaceRegion::Same))
    }

    /// The stack of this name there, seen from another one; `None` when it is somewhere else by its type, and turns out to
    /// be where that one stands.
    ///
    /// # Errors
    /// When nobody said which region of the environment is the primary one.
    pub fn resolve(
        self,
        from: &StackName,
        stack: &str,
        primary: &PrimaryRegions,
    ) -> Result<Option<StackName>> {
        let environment = match self.environment {
            PlaceEnvironment::Same => from.environment.as_str(),
            PlaceEnvironment::Named(name) => name,
        };
        let region = match self.region {
            PlaceRegion::Same => from.region.as_str(),
            PlaceRegion::Named(name) => name,
            PlaceRegion::Primary => primary.get(environment).ok_or_else(|| ProgramError::Reference {
                message: format!(
                    "the stack `{}` refers to `{stack}` in the primary region of `{environment}`, and no such \
                     environment is known",
                    from.stack
                ),
                hint: format!(
                    "add `{environment}` under `environments:` in `atp.yaml`; in a program that embeds the engine, \
                     say it by `Deployment::with_primary_regions`"
                ),
            })?,
        };
        let target = StackName::new(environment, region, stack)?;
        let same_place = target.environment == from.environment && target.region == from.region;
        Ok((self.is_here() || !same_place).then_some(target))
    }
}

/// Not public API: a place in the type of `StackRef<..>` that stands in no `Option`, for `#[stack]`.
#[doc(hidden)]
pub const fn always_elsewhere(place: ReferencePlace) {
    sometimes_elsewhere(place);
    assert!(
        !matches!((place.environment, place.region), (PlaceEnvironment::Same, PlaceRegion::Primary)),
        "a stack may stand in the primary region itself, where there is nothing to refer to: \
         write `Option<StackRef<.., Primary>>`"
    );
}

/// Not public API: a place in the type of `Option<StackRef<..>>`, for `#[stack]`.
#[doc(hidden)]
pub const fn sometimes_elsewhere(place: ReferencePlace) {
    assert!(
        !place.is_here(),
        "this place is where the stack itself stands: write `StackRef<..>` without a place, and in no `Option`"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(place: ReferencePlace, region: &str) -> Option<String> {
        let primary = [("prod", "west"), ("shared", "north")];
        let primary = primary.map(|(environment, region)| (environment.to_owned(), region.to_owned()));
        let from = StackName::new("prod", region, "data").unwrap();
        place.resolve(&from, "data", &primary.into()).unwrap().map(|name| name.to_string())
    }

    #[test]
    fn a_place_is_seen_from_the_stack_that_refers() {
        struct Hub;
        impl Place for Hub {
            const ENVIRONMENT: PlaceEnvironment = PlaceEnvironment::Named("shared");
            const REGION: PlaceRegion = PlaceRegion::Primary;
        }
        assert_eq!(resolved(ReferencePlace::HERE, "east").as_deref(), Some("prod/east/data"));
        assert_eq!(resolved(Primary::AT, "east").as_deref(), Some("prod/west/data"));
        assert_eq!(resolved(Hub::AT, "east").as_deref(), Some("shared/north/data"));
    }

    #[test]
    fn in_the_primary_region_there_is_no_other_primary_one() {
        assert_eq!(resolved(Primary::AT, "west"), None);
    }

    #[test]
    fn an_environment_whose_primary_region_nobody_said_is_an_error() {
        let from = StackName::new("dev", "west", "data").unwrap();
        let error = Primary::AT.resolve(&from, "data", &PrimaryRegions::new());
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("primary region of `dev`") && error.contains("with_primary_regions"),
            "{error}"
        );
    }
}
