//! Resources of any type, by the name of the type: for what has no typed resource here yet.

use crate::Scope;
use crate::provider::{API_VERSION, REPLACE_ON, SECRETS, is_type};
use crate::query::RawExisting;
use atp_iac::codec::EXTRA;
use atp_iac::output::{Expression, Extra, Input, IntoExpression, IntoInput, Output, Slot};
use atp_iac::program::{Context, Declare, Location, Result};
use atp_iac::resource::{Declared, HasUrn, Options};
use atp_iac::urn::Urn;
use atp_iac::value::{Data, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A resource of any type of Azure Resource Manager.
///
/// ```
/// # use atp_azure::RawResource;
/// # use serde_json::json;
/// # let group = "/subscriptions/s/resourceGroups/g";
/// let board = RawResource::new("Microsoft.Dashboard/dashboards", "2025-08-01", group, "operations")
///     .property("location", "westeurope")
///     .body(json!({"tags": {"team": "audit"}}))
///     .replace_on(["properties.kind"]);
/// ```
///
/// A type that this library knows is checked and compared as its typed resource is, when the api-version is the same; at
/// another version only the address is checked. Of a type that it does not know, a change of the name, the parent, the
/// `location`, or of what [`replace_on`](Self::replace_on) names needs a new resource, and everything else is changed in
/// place. The api-version is no part of the URN: another version is an update in place.
#[derive(Clone, Debug)]
pub struct RawResource {
    kind: String,
    api_version: String,
    parent: Input<Scope>,
    name: Input<String>,
    body: Option<Json>,
    properties: Extra,
    extra: Extra,
    replace_on: Vec<String>,
    secrets: Vec<String>,
}

/// The entries of a resource that are no part of what is sent.
const ADDRESS: [&str; 5] = ["id", "type", "apiVersion", "parent", "name"];

impl RawResource {
    /// A resource of the type `kind`, such as `Microsoft.Foo/bars`, in `parent`: the id of a resource group for most
    /// types, of the parent resource for a nested type (`Microsoft.Foo/bars/bazes`), of anything for a type that extends
    /// others.
    pub fn new(
        kind: impl Into<String>,
        api_version: impl Into<String>,
        parent: impl IntoInput<Scope>,
        name: impl IntoInput<String>,
    ) -> Self {
        RawResource {
            kind: kind.into(),
            api_version: api_version.into(),
            parent: parent.into_input(),
            name: name.into_input(),
            body: None,
            properties: Extra::default(),
            extra: Extra::default(),
            replace_on: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// One that is there already and is not managed here, for [`Context::read`].
    pub fn existing(
        kind: impl Into<String>,
        api_version: impl Into<String>,
        id: impl IntoInput<Scope>,
    ) -> RawExisting {
        RawExisting::new(kind.into(), api_version.into(), id.into_input())
    }

    /// Sets the property at a path of the body, such as `location` or `properties.sku.name`. The value may be an output,
    /// or a secret.
    pub fn property(mut self, path: impl Into<String>, value: impl IntoExpression) -> Self {
        self.properties.set(path, value);
        self
    }

    /// Sets a property that is not checked, for a type that this library knows in part.
    pub fn extra(mut self, path: impl Into<String>, value: impl IntoExpression) -> Self {
        self.extra.set(path, value);
        self
    }

    /// Sets the whole body, or what [`property`](Self::property) is set beside.
    pub fn body(mut self, body: Json) -> Self {
        self.body = Some(body);
        self
    }

    /// Paths whose change needs a new resource, besides those that are known.
    pub fn replace_on<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.replace_on.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Paths of what the service says that must not be shown, nor be in the state in clear; what is given as a secret is
    /// known to be one. They lead through lists: `properties.users.password`.
    pub fn secret_outputs<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.secrets.extend(paths.into_iter().map(Into::into));
        self
    }

    fn inputs(&self) -> Expression {
        let mut inputs = BTreeMap::new();
        let mut refuse = |path: &str, problem: &str| {
            let refused = Expression::Refused { path: path.to_owned(), problem: problem.to_owned() };
            inputs.insert(format!("{path} "), refused);
        };
        if !is_type(&self.kind) {
            refuse("type", "is not one; expected a namespace and a type, such as `Microsoft.Foo/bars`");
        }
        for path in self.properties.paths().chain(self.extra.paths()).filter(|path| path.starts_with('$')) {
            refuse(path, "is no property of a body");
        }
        match &self.body {
            None => {}
            Some(Json::Object(body)) => {
                for key in ADDRESS.iter().filter(|key| body.contains_key(**key)) {
                    refuse(key, "is no part of a body: it is given to `RawResource::new`");
                }
                let entries = body.iter().filter(|(key, _)| !ADDRESS.contains(&key.as_str()));
                let entries = entries.map(|(key, value)| (key.clone(), Value::from(value.clone()).into()));
                inputs.extend(entries.collect::<BTreeMap<String, Expression>>());
            }
            Some(_) => refuse("body", "is not a JSON object"),
        }
        for (key, slot) in [("parent", &self.parent as &dyn Slot), ("name", &self.name)] {
            inputs.extend(slot.take_expression().map(|value| (key.to_owned(), value)));
        }
        self.properties.write(&mut inputs);
        self.extra.write(&mut inputs);
        let mut list = |key: &str, paths: Vec<Value>| {
            if !paths.is_empty() {
                inputs.insert(key.to_owned(), Value::List(paths).into());
            }
        };
        list(EXTRA, self.extra.paths().map(Value::from).collect());
        list(REPLACE_ON, self.replace_on.iter().map(|path| Value::from(path.as_str())).collect());
        list(SECRETS, self.secrets.iter().map(|path| Value::from(path.as_str())).collect());
        inputs.insert(API_VERSION.to_owned(), Value::from(self.api_version.as_str()).into());
        Expression::Map(inputs)
    }
}

impl Declare for RawResource {
    type Handle = RawHandle;
    fn declare(
        self,
        cx: &mut Context,
        name: &str,
        options: Options,
        location: Location,
    ) -> Result<RawHandle> {
        let declared = cx.register(&self.kind, "azure", name, self.inputs(), options, location)?;
        Ok(RawHandle::new(declared))
    }
}

/// A declared [`RawResource`], or one that is read: access to its outputs.
#[derive(Clone, Debug)]
pub struct RawHandle {
    declared: Declared,
}

impl RawHandle {
    pub(crate) fn new(declared: Declared) -> Self {
        RawHandle { declared }
    }

    /// The id.
    pub fn id(&self) -> Output<Scope> {
        self.declared.output("id")
    }

    /// The name.
    pub fn name(&self) -> Output<String> {
        self.declared.output("name")
    }

    /// The output at a path of keys separated by `/`, such as `properties/endpoint`.
    pub fn output<T: Data>(&self, path: &str) -> Output<T> {
        self.declared.output(path)
    }
}

impl HasUrn for RawHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atp_iac::output::{NothingKnown, Secret};
    use atp_iac::program::Setup;
    use atp_iac::urn::StackName;
    use serde_json::json;

    const GROUP: &str = "/subscriptions/s/resourceGroups/g";

    fn bar() -> RawResource {
        RawResource::new("Microsoft.Foo/bars", "2024-01-01", GROUP, "a")
    }

    fn context() -> Context {
        Context::new(StackName::new("dev", "north", "app").unwrap(), Setup::default())
    }

    fn refused(resource: RawResource) -> String {
        context().add("bar", resource).unwrap_err().to_string()
    }

    #[test]
    fn the_body_stands_beside_address_version_and_marks() {
        let resource = bar()
            .body(json!({"location": "x", "properties": {"a": 1}}))
            .property("properties.pin", Secret::new("1".to_owned()))
            .property("properties.from", Output::known("b".to_owned()))
            .extra("properties.c", true)
            .replace_on(["properties.a"])
            .secret_outputs(["properties.key"]);
        let value = resource.inputs().resolve(&NothingKnown).unwrap();
        assert_eq!(
            value.to_json_masked(),
            json!({"parent": GROUP, "name": "a", "location": "x", "$apiVersion": "2024-01-01",
                "properties": {"a": 1, "pin": "[secret]", "from": "b", "c": true},
                "$extra": ["properties.c"], "$replaceOn": ["properties.a"], "$secrets": ["properties.key"]})
        );
    }

    #[test]
    fn the_urn_has_no_version_in_it() {
        let handle = context().add("bar", bar()).unwrap();
        assert!(handle.urn().as_str().ends_with("::Microsoft.Foo/bars::bar"));
        assert_eq!(handle.output::<String>("properties/x").origin(), "${bar.properties.x}");
    }

    #[test]
    fn what_cannot_be_declared_says_why_and_where() {
        let text = refused(bar().property("name", "b"));
        assert!(
            text.starts_with("`bar` of type `Microsoft.Foo/bars` at ") && text.contains("raw.rs:"),
            "{text}"
        );
        assert!(text.ends_with("the property `name` is set already"), "{text}");
        assert!(refused(bar().property("properties..x", 1i64)).contains("is not a path"));
        assert!(
            refused(bar().property("$apiVersion", "2020-01-01")).contains("`$apiVersion` is no property")
        );
        assert!(refused(bar().body(json!([1]))).contains("`body` is not a JSON object"));
        assert!(refused(bar().body(json!({"name": "b"}))).contains("`name` is no part of a body"));
        let bad = RawResource::new("Foo$Bar", "2024-01-01", GROUP, "a");
        assert!(refused(bad).contains("`type` is not one"));
    }
}
