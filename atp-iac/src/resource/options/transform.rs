//! Changes of what is declared, before it is recorded.

use super::Options;
use crate::Urn;
use crate::output::{Expression, IntoExpression};
use crate::value::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Changes what is declared: of one resource and those below it, of everything in a component, or of everything in a stack,
/// with [`Context::transform`](crate::Context::transform). Those of a resource come first, then those of the components
/// around it, from the innermost, then those of the stack; of one place, in the order in which they were given.
///
/// ```
/// # use atp_iac::{Context, StackName, program::Setup};
/// use atp_iac::resource::Transform;
/// # let mut cx = Context::new(StackName::new("prod", "north", "shop")?, Setup::default());
/// cx.transform(Transform::new(|what| {
///     if what.kind() == "Microsoft.Storage/storageAccounts" {
///         what.set("tags.owner", "platform").change_options(|options| options.protect(true));
///     }
/// }));
/// # Ok::<(), atp_iac::ProgramError>(())
/// ```
#[derive(Clone)]
pub struct Transform(Arc<dyn Fn(&mut Transforming<'_>) + Send + Sync>);

/// What a transform sees and may change.
#[derive(Debug)]
pub struct Transforming<'a> {
    /// Which resource.
    pub urn: &'a Urn,
    /// Its properties.
    pub inputs: &'a mut Expression,
    /// Its options, with those of the components around it. Its parent is what it is: the URN says so.
    pub options: &'a mut Options,
}

impl Transforming<'_> {
    /// The type of the resource.
    pub fn kind(&self) -> &str {
        self.urn.resource_type()
    }

    /// Sets a property, by its keys with a dot between them. What it comes from, the resource waits for. What is on the way
    /// and is no map known to the program, such as an output, gives way to one.
    pub fn set(&mut self, path: &str, value: impl IntoExpression) -> &mut Self {
        let mut part = &mut *self.inputs;
        for key in path.split('.') {
            if !matches!(part, Expression::Map(_)) {
                *part = Expression::Map(entries(std::mem::replace(part, Expression::Map(BTreeMap::new()))));
            }
            let Expression::Map(map) = part else { return self };
            part = map.entry(key.to_owned()).or_insert_with(|| Expression::Map(BTreeMap::new()));
        }
        *part = value.into_expression();
        self
    }

    /// Changes the options.
    pub fn change_options(&mut self, change: impl FnOnce(Options) -> Options) -> &mut Self {
        *self.options = change(std::mem::take(self.options));
        self
    }
}

/// What the program knows of the entries of something.
fn entries(of: Expression) -> BTreeMap<String, Expression> {
    match of {
        Expression::Value(Value::Map(map)) => {
            map.into_iter().map(|(key, value)| (key, value.into())).collect()
        }
        _ => BTreeMap::new(),
    }
}

impl Transform {
    /// A transform.
    pub fn new(change: impl Fn(&mut Transforming<'_>) + Send + Sync + 'static) -> Self {
        Transform(Arc::new(change))
    }

    pub(crate) fn apply(&self, what: &mut Transforming<'_>) {
        (self.0)(what);
    }
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transform")
    }
}
