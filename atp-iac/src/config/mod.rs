//! Typed, layered configuration.
//!
//! Files are merged into a [`ConfigTree`], in which every value keeps the file and line it came from; a type with
//! `#[derive(Config)]` is read from it, and everything that is wrong is reported at once.
//!
//! Invariant: no `Debug` or error shows what may be secret. Trees show no values; errors show numbers, IPv4 ranges and
//! words of choices, and none of these under a `Secret`. What was encrypted can be read into a `Secret` only.

#[cfg(feature = "cli")]
pub(crate) mod edit;
mod error;
mod kind;
mod layers;
mod node;
#[cfg(feature = "cli")]
mod placed;
mod reader;
mod reveal;
mod suggest;
mod tree;
mod values;
mod yaml;

pub use error::{ConfigError, ConfigProblem};
pub use kind::{ConfigField, ConfigKind};
pub use layers::{COMMON, LayerFile};
pub use node::Place;
#[cfg(feature = "cli")]
pub(crate) use placed::{Placed, read_value};
pub use reader::ConfigReader;
pub use tree::{ConfigLine, ConfigTree};
pub use values::{Measured, Ranged};

pub use suggest::unknown;

use crate::program::{Context, ProgramError};

/// Configuration as a type: a struct with `#[derive(Config)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the configuration of a stack",
    note = "write `#[derive(Config)]` on the struct; if it is another stack, write `StackRef<..>`"
)]
pub trait Config: Sized {
    /// The fields.
    const FIELDS: &'static [ConfigField];
    /// For `#[derive(Config)]`: reads the fields of the map that the reader stands at. `None` after a problem was
    /// recorded.
    fn read_fields(reader: &mut ConfigReader<'_>) -> Option<Self>;
    /// Not public API: for `#[stack]`.
    ///
    /// # Errors
    /// As [`Context::config`].
    #[doc(hidden)]
    fn of_stack(cx: &Context) -> Result<Self, ProgramError> {
        cx.config()
    }
    /// Not public API: for `#[stack]`.
    ///
    /// # Errors
    /// Everything that is wrong with a configuration of this type.
    #[doc(hidden)]
    fn check_tree(tree: &ConfigTree) -> Result<(), ConfigError> {
        tree.read::<Self>().map(|_| ())
    }
}

/// A type that a field of a configuration can have.
///
/// Implemented for `bool`, integers, `f64`, `String`, [`Cidr`](crate::Cidr), [`Secret<String>`](crate::Secret),
/// `Option<T>`, `Vec<T>`, `BTreeMap<String, T>`, and for everything with `#[derive(Config)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a field of a configuration",
    label = "not a type that configuration files can give",
    note = "use a boolean, a number, `String`, `Cidr`, `Secret<String>`, an `Option`, `Vec` or `BTreeMap<String, _>` of such, or a type with `#[derive(Config)]`"
)]
pub trait ConfigValue: Sized {
    /// What files must hold, for messages and documentation.
    const KIND: ConfigKind;
    /// Whether it may be left out.
    const OPTIONAL: bool = false;
    /// Whether nothing is a value of it.
    const NULLABLE: bool = false;
    /// Reads the value that the reader stands at. `None` after a problem was recorded.
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self>;
    /// What it is where nothing is given. `None` after a problem was recorded.
    fn absent(reader: &mut ConfigReader<'_>, field: &ConfigField) -> Option<Self> {
        reader.missing(field);
        None
    }
    /// For `#[derive(Config)]`: the value of a field that has no default.
    fn required(reader: &mut ConfigReader<'_>, field: &ConfigField) -> Option<Self> {
        reader.required(field)
    }
    /// For `#[derive(Config)]`: the value of a field that has a default.
    fn defaulted(
        reader: &mut ConfigReader<'_>,
        field: &ConfigField,
        default: impl FnOnce() -> Self,
    ) -> Option<Self> {
        reader.defaulted(field, default)
    }
}

/// The configuration of a stack that has none.
#[diagnostic::do_not_recommend]
impl Config for () {
    const FIELDS: &'static [ConfigField] = &[];
    fn read_fields(_: &mut ConfigReader<'_>) -> Option<Self> {
        Some(())
    }
}
