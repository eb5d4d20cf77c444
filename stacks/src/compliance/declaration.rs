//! Declared resources, as rules look at them.

use super::Expectations;
use crate::helpers::exceptions;
use atp_iac::Value;
use atp_iac::output::{NothingKnown, OutputError};
use atp_iac::program::Registration;
use atp_iac::value::Path;

/// A declared resource, with what is known of its properties before anything exists.
#[derive(Clone, Debug)]
pub struct Declaration {
    kind: String,
    name: String,
    id: String,
    inputs: Value,
    protect: bool,
}

/// Everything that a stack declares.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    /// The resources.
    pub resources: &'a [Declaration],
    /// What its environment asks for.
    pub expectations: &'a Expectations,
}

impl Declaration {
    /// From what a program registered.
    ///
    /// # Errors
    /// When its properties cannot be worked out.
    pub fn of(registration: &Registration) -> Result<Self, OutputError> {
        let urn = &registration.urn;
        let inputs = registration.inputs.resolve(&NothingKnown)?;
        Ok(Declaration::new(urn.resource_type(), urn.name(), inputs, registration.protect()))
    }

    /// From its parts: for what comes from elsewhere than a program, such as a plan.
    pub fn new(kind: impl Into<String>, name: impl Into<String>, inputs: Value, protect: bool) -> Self {
        let name = name.into();
        Declaration { kind: kind.into(), id: format!("${{{name}.id}}"), name, inputs, protect }
    }

    /// The same with the id that it has or will have, as others name it in their properties.
    #[must_use]
    pub fn known_as(self, id: impl Into<String>) -> Self {
        Declaration { id: id.into(), ..self }
    }

    /// Its type, such as `Microsoft.KeyVault/vaults`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its name in the stack, such as `key-vault/vault`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All of its properties.
    pub fn inputs(&self) -> &Value {
        &self.inputs
    }

    /// Whether plans that delete or replace it are refused.
    pub fn is_protected(&self) -> bool {
        self.protect
    }

    /// Whether it is of a type.
    pub fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// A property by its path: `properties/encryption/keySource`.
    pub fn find(&self, path: &str) -> Option<&Value> {
        Path::of_keys(path).find(&self.inputs)
    }

    /// A text by its path, where it is known.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.find(path).and_then(Value::as_str)
    }

    /// The items of a list by its path; none where it is not there.
    pub fn items(&self, path: &str) -> &[Value] {
        self.find(path).and_then(Value::as_list).unwrap_or_default()
    }

    /// What it is in, or extends: where that comes from, or its id.
    pub(super) fn place(&self) -> Option<&str> {
        let place = ["parent", "scope"].into_iter().find_map(|name| self.inputs.get(name))?;
        match place {
            Value::Unknown(unknown) => Some(&unknown.from),
            other => other.as_str(),
        }
    }
}

impl<'a> Stack<'a> {
    /// The resources of a type.
    pub fn of_type(&self, kind: &str) -> impl Iterator<Item = &'a Declaration> {
        self.resources.iter().filter(move |resource| resource.is(kind))
    }

    /// Whether a resource carries the name of an exception that is granted.
    pub(super) fn is_excepted(&self, resource: &Declaration) -> bool {
        let name = resource.text(&format!("tags/{}", exceptions::TAG));
        name.is_some_and(|name| self.expectations.public_exceptions.find(name).is_some())
    }

    /// The declared resource that another is in.
    pub(super) fn parent(&self, resource: &Declaration) -> Option<&'a Declaration> {
        let place = resource.place()?;
        self.resources.iter().find(|outer| outer.id == place)
    }

    /// Whether something in the stack, such as a diagnostic setting, stands at a resource itself.
    pub(super) fn has_at(&self, kind: &str, resource: &Declaration) -> bool {
        self.of_type(kind).any(|other| other.place() == Some(resource.id.as_str()))
    }

    /// Whether something in the stack, such as a lock, stands at a resource, or at what that is in.
    pub(super) fn stands_around(&self, kind: &str, resource: &Declaration) -> bool {
        let at = |place: &str| self.of_type(kind).any(|other| other.place() == Some(place));
        let mut inner = resource;
        // What is in what has no circle: a declared resource names only those that were there before.
        loop {
            if at(&inner.id) {
                return true;
            }
            let Some(place) = inner.place() else { return false };
            if at(place) {
                return true;
            }
            match self.parent(inner) {
                Some(outer) => inner = outer,
                None => return false,
            }
        }
    }
}
