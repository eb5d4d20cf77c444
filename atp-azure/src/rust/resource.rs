//! The expression that makes a typed resource of its inputs.

use super::layout::Expr;
use super::values::{Unfit, any, is_nothing, joined, take, without_secrets};
use super::wiring::{Link, Wiring};
use crate::descriptor::TypeDescriptor;
use crate::provider::catalog::Catalog;
use crate::provider::kind::Kind;
use crate::typed::{Field, Form, Structure, TypedResource, Union};
use atp_iac::value::{Map, Value};
use std::collections::BTreeSet;

/// A secret that the service does not show, which the code takes from what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hidden {
    /// The property, for people.
    pub path: String,
    /// The expression that stands for it until its name is known.
    pub mark: String,
}

/// Writes one resource.
pub(super) struct Writer<'a> {
    pub catalog: &'a Catalog,
    pub wiring: &'a Wiring,
    /// The resources that stand in the code before this one.
    pub done: &'a BTreeSet<usize>,
    pub typed: &'static TypedResource,
    /// Those of them that are used by a property.
    pub wired: BTreeSet<usize>,
    /// Secrets that have to be given.
    pub hidden: Vec<Hidden>,
    /// Modules of this crate whose names are used.
    pub modules: BTreeSet<&'static str>,
    /// Properties without a field, by their paths.
    extra: Vec<(String, Value)>,
}

impl<'a> Writer<'a> {
    pub fn new(
        catalog: &'a Catalog,
        wiring: &'a Wiring,
        done: &'a BTreeSet<usize>,
        typed: &'static TypedResource,
    ) -> Self {
        Writer {
            catalog,
            wiring,
            done,
            typed,
            wired: BTreeSet::new(),
            hidden: Vec::new(),
            modules: BTreeSet::new(),
            extra: Vec::new(),
        }
    }

    /// The resource, or that no typed one can say what these inputs say.
    pub fn resource(&mut self, inputs: &Map) -> Result<Expr, Unfit> {
        let mut expression = self.structure(&self.typed.main, inputs, Some(""))?;
        for (path, value) in std::mem::take(&mut self.extra) {
            expression = expression.then("extra", [Expr::text(&path), any(&value)?]);
        }
        Ok(expression)
    }

    /// A structure. `path` is where it stands, as [`extra`](crate::RawResource::extra) would name it; `None` in lists.
    fn structure(
        &mut self,
        structure: &'static Structure,
        said: &Map,
        path: Option<&str>,
    ) -> Result<Expr, Unfit> {
        let mut rest = said.clone();
        let mut arguments = vec![None; structure.arguments.len()];
        let mut calls = Vec::new();
        for field in structure.fields {
            let inner = path.map(|path| joined(path, field.wire));
            let argument = structure.arguments.iter().position(|name| *name == field.name);
            let value = match take(&mut rest, field.wire) {
                Some(value) if value.has_secret() || field.item.starts_with("Secret<") => self.hidden(field),
                Some(value) => self.field(field, &value, inner.as_deref()).map_or_else(
                    |Unfit| self.beside(inner.as_deref(), value).map(|()| None),
                    |expression| Ok(Some(expression)),
                )?,
                None => None,
            };
            match (argument, value) {
                (Some(at), value) => {
                    let value = value.unwrap_or_else(|| self.absent(field));
                    arguments.get_mut(at).into_iter().for_each(|slot| *slot = Some(value.clone()));
                }
                // A name that cannot be chosen is known to the resource.
                (None, Some(_)) if path == Some("") && field.wire == "name" => {}
                (None, Some(value)) if field.preset.is_some_and(|preset| self.is_preset(&value, preset)) => {}
                (None, Some(value)) => calls.push((field.name, value)),
                (None, None) if field.preset.is_some() => calls.push((field.name, self.unset(field))),
                (None, None) => {}
            }
        }
        let rest = without_secrets(Value::Map(rest));
        let rest = rest.as_map().cloned().unwrap_or_default();
        for (key, value) in rest.into_iter().filter(|(_, value)| !is_nothing(value)) {
            self.leftovers(path.map(|path| joined(path, &key)), value)?;
        }
        let module = self.module(self.typed.module);
        let new = Expr::call(format!("{module}::{}::new", structure.name), arguments.into_iter().flatten());
        Ok(calls.into_iter().fold(new, |expression, (name, value)| expression.then(name, [value])))
    }

    /// What is left of a value for which there are no fields.
    fn leftovers(&mut self, path: Option<String>, value: Value) -> Result<(), Unfit> {
        match (path, value) {
            // There are fields beside it.
            (Some(path), Value::Map(map)) if path == "properties" => {
                map.into_iter().try_for_each(|(key, value)| self.leftovers(Some(joined(&path, &key)), value))
            }
            (path, value) => self.beside(path.as_deref(), value),
        }
    }

    /// Sets a property past the fields.
    fn beside(&mut self, path: Option<&str>, value: Value) -> Result<(), Unfit> {
        let path = path.ok_or(Unfit)?;
        let is_key =
            |key: &str| !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || "[]/".contains(c));
        if !path.split('.').all(is_key) || path.contains("odata.") {
            return Err(Unfit);
        }
        self.extra.push((path.to_owned(), value));
        Ok(())
    }

    fn module(&mut self, name: &'static str) -> &'static str {
        self.modules.insert(name);
        name
    }

    /// A secret, which has to be given. One that is not a text is left out.
    fn hidden(&mut self, field: &Field) -> Option<Expr> {
        if field.item != "Secret<String>" || field.form != Form::Single {
            return None;
        }
        let mark = format!("\u{0}{}\u{0}", self.hidden.len());
        self.hidden.push(Hidden { path: field.wire.replace('/', "."), mark: mark.clone() });
        Some(Expr::Atom(mark))
    }

    /// An argument of which nothing is known: what has to be given, or nothing.
    fn absent(&mut self, field: &Field) -> Expr {
        self.hidden(field).unwrap_or_else(|| self.unset(field))
    }

    fn unset(&mut self, field: &Field) -> Expr {
        let input = match field.form {
            Form::Single => "Input",
            Form::List => "InputList",
            Form::Map => "InputMap",
        };
        Expr::atom(format!("atp_iac::{input}::<{}>::Unset", self.type_name(field.item)))
    }

    fn is_preset(&self, value: &Expr, preset: &str) -> bool {
        let preset = preset.strip_suffix(".to_owned()").unwrap_or(preset);
        let value = value.flat();
        value.strip_prefix(&format!("{}::", self.typed.module)).unwrap_or(&value) == preset
    }

    /// A type as the code names it.
    fn type_name(&mut self, item: &str) -> String {
        if let Some((outer, inner)) = item.strip_suffix('>').and_then(|item| item.split_once('<')) {
            let inner = match inner.strip_prefix("crate::") {
                Some(path) => self.foreign(path),
                None => self.type_name(inner),
            };
            let outer = if outer == "Vec" { outer.to_owned() } else { format!("atp_iac::{outer}") };
            return format!("{outer}<{inner}>");
        }
        match item {
            "Scope" | "SubResource" => format!("atp_azure::{item}"),
            "Value" => "atp_iac::Value".to_owned(),
            "String" | "bool" | "i64" | "f64" => item.to_owned(),
            own => format!("{}::{own}", self.module(self.typed.module)),
        }
    }

    /// A type of any module, such as `network::Subnet`.
    fn foreign(&mut self, path: &str) -> String {
        let typed = self.catalog.typed_descriptor(path).and_then(|descriptor| descriptor.typed);
        typed.map(|typed| self.module(typed.module));
        path.to_owned()
    }

    fn field(&mut self, field: &Field, value: &Value, path: Option<&str>) -> Result<Expr, Unfit> {
        match (field.form, value) {
            (Form::Single, value) => self.item(field.item, value, path),
            (Form::List, Value::List(items)) if items.is_empty() => {
                Ok(Expr::call(format!("Vec::<{}>::new", self.type_name(field.item)), []))
            }
            (Form::List, Value::List(items)) => {
                let items: Result<Vec<_>, Unfit> =
                    items.iter().map(|item| self.item(field.item, item, None)).collect();
                Ok(Expr::Array(self.of_one_type(field.item, items?)))
            }
            (Form::Map, Value::Map(map)) if map.is_empty() => Ok(Expr::call(
                format!("std::collections::BTreeMap::<String, {}>::new", self.type_name(field.item)),
                [],
            )),
            (Form::Map, Value::Map(map)) => match self.assigned(map) {
                Some(identities) => Ok(identities),
                None => {
                    let values: Result<Vec<_>, Unfit> =
                        map.values().map(|item| self.item(field.item, item, None)).collect();
                    let values = self.of_one_type(field.item, values?);
                    let pairs = map.keys().zip(values).map(|(key, value)| Expr::pair(Expr::text(key), value));
                    Ok(Expr::Array(pairs.collect()))
                }
            },
            _ => Err(Unfit),
        }
    }

    /// A map from the id of one declared identity to nothing.
    fn assigned(&mut self, map: &Map) -> Option<Expr> {
        let [(key, value)] = map.iter().collect::<Vec<_>>().try_into().ok()?;
        if !is_nothing(value) {
            return None;
        }
        let link = self
            .wiring
            .link(key)
            .filter(|link| link.rest.is_empty() && self.done.contains(&link.position))?;
        let id = self.id(link.position);
        Some(Expr::call("atp_azure::user_assigned", [Expr::atom(format!("&{}", id.flat()))]))
    }

    /// Items of an array have one type: where some are outputs and others are not, each becomes an input.
    fn of_one_type(&mut self, item: &str, items: Vec<Expr>) -> Vec<Expr> {
        let kind = |expression: &Expr| match expression {
            Expr::Chain(base, _) => Some(base.flat()),
            _ => None,
        };
        let is_output = |expression: &Expr| matches!(expression, Expr::Chain(_, calls) if calls.first().is_some_and(|(name, _)| name == "id"));
        let is_mixed = items.iter().any(is_output)
            && items.windows(2).any(|pair| match pair {
                [one, other] => {
                    item == "Scope" && kind(one) != kind(other) || is_output(one) != is_output(other)
                }
                _ => false,
            });
        if !is_mixed {
            return items;
        }
        let input = format!("atp_iac::IntoInput::<{}>::into_input", self.type_name(item));
        items.into_iter().map(|item| Expr::call(input.clone(), [item])).collect()
    }

    fn item(&mut self, item: &str, value: &Value, path: Option<&str>) -> Result<Expr, Unfit> {
        match (item, value) {
            ("Value", value) => any(value),
            ("bool", Value::Bool(value)) => Ok(Expr::atom(value.to_string())),
            ("i64", Value::Number(number)) => {
                number.as_i64().map(|number| Expr::atom(number.to_string())).ok_or(Unfit)
            }
            ("f64", Value::Number(number)) => {
                number.as_f64().map(|number| Expr::atom(format!("{number:?}"))).ok_or(Unfit)
            }
            ("String", Value::String(text)) => {
                Ok(self.text(text, "id.to_string()", |rest| format!("format!(\"{{id}}{rest}\")")))
            }
            ("Scope", Value::String(text)) => self.scope(text),
            ("SubResource", Value::Map(map)) => match (map.len(), map.get("id")) {
                (1, Some(Value::String(id))) => {
                    Ok(Expr::call("atp_azure::SubResource::new", [self.scope(id)?]))
                }
                _ => Err(Unfit),
            },
            (item, Value::String(text)) if item.starts_with("ResourceId<") => self.typed_id(item, text),
            (item, Value::List(items)) if item.starts_with("Vec<") => {
                let inner = item.trim_start_matches("Vec<").trim_end_matches('>');
                let items: Result<Vec<_>, Unfit> =
                    items.iter().map(|value| self.item(inner, value, None)).collect();
                Ok(Expr::call("Vec::from", [Expr::Array(items?)]))
            }
            (name, value) => self.named(name, value, path),
        }
    }

    /// A value of a type of this resource.
    fn named(&mut self, name: &str, value: &Value, path: Option<&str>) -> Result<Expr, Unfit> {
        let typed = self.typed;
        if let (Some(set), Value::String(text)) = (typed.enums.iter().find(|set| set.name == name), value) {
            let same = |exact: bool| {
                let is_it =
                    |known: &str| if exact { known == text } else { known.eq_ignore_ascii_case(text) };
                set.values.iter().find(|(_, known)| is_it(known))
            };
            let module = self.module(typed.module);
            return match same(true).or_else(|| same(false)) {
                Some((label, _)) => Ok(Expr::atom(format!("{module}::{name}::{label}"))),
                None if set.open => Ok(Expr::call(format!("{module}::{name}::other"), [Expr::text(text)])),
                None => Err(Unfit),
            };
        }
        let Value::Map(map) = value else { return Err(Unfit) };
        if let Some(union) = typed.unions.iter().find(|union| union.name == name) {
            return self.union(union, map, path);
        }
        let structure = typed.structures.iter().find(|structure| structure.name == name).ok_or(Unfit)?;
        self.structure(structure, map, path)
    }

    fn union(&mut self, union: &'static Union, map: &Map, path: Option<&str>) -> Result<Expr, Unfit> {
        let module = self.module(self.typed.module);
        let tag = map.get(union.tag).and_then(Value::as_str).unwrap_or_default();
        let found = union.variants.iter().find(|(.., value)| value.eq_ignore_ascii_case(tag));
        let Some((variant, structure, _)) = found else {
            return Ok(Expr::call(
                format!("{module}::{}::Other", union.name),
                [any(&Value::Map(map.clone()))?],
            ));
        };
        let structure = self.typed.structures.iter().find(|own| own.name == *structure).ok_or(Unfit)?;
        let mut map = map.clone();
        map.remove(union.tag);
        let inner = self.structure(structure, &map, path)?;
        Ok(Expr::call(format!("{module}::{}::{variant}", union.name), [inner]))
    }

    /// A text: that of an output where it names a declared resource.
    fn text(&mut self, text: &str, whole: &str, part: impl Fn(&str) -> String) -> Expr {
        match self.output(text) {
            Some(Link { position, rest: "" }) => {
                self.id(position).then("map", [Expr::atom(format!("|id| {whole}"))])
            }
            Some(Link { position, rest }) if !rest.contains(['{', '}', '"', '\\']) => {
                self.id(position).then("map", [Expr::atom(format!("|id| {}", part(rest)))])
            }
            _ => Expr::text(text),
        }
    }

    fn scope(&mut self, text: &str) -> Result<Expr, Unfit> {
        match self.output(text) {
            _ if !text.starts_with('/') => Err(Unfit),
            Some(Link { position, rest: "" }) => Ok(self.id(position)),
            _ => Ok(self.text(text, "", |rest| format!("atp_azure::Scope::new(format!(\"{{id}}{rest}\"))"))),
        }
    }

    fn typed_id(&mut self, item: &str, text: &str) -> Result<Expr, Unfit> {
        let path = item.trim_start_matches("ResourceId<crate::").trim_end_matches('>').to_owned();
        let wanted = self.catalog.typed_descriptor(&path).ok_or(Unfit)?;
        if !is_instance(wanted, text) {
            return Err(Unfit);
        }
        match self.output(text) {
            Some(Link { position, rest: "" }) => Ok(self.id(position)),
            _ => Ok(Expr::Try(Box::new(Expr::call("atp_iac::ResourceId::parse", [Expr::text(text)])))),
        }
    }

    /// The declared resource that a text names, if it stands in front.
    fn output<'t>(&self, text: &'t str) -> Option<Link<'t>> {
        self.wiring.link(text).filter(|link| self.done.contains(&link.position))
    }

    fn id(&mut self, position: usize) -> Expr {
        self.wired.insert(position);
        let variable = self.wiring.variables.get(position).cloned().unwrap_or_default();
        Expr::Atom(variable).then("id", [])
    }
}

/// Whether an id is that of an instance of a type.
fn is_instance(descriptor: &'static TypeDescriptor, id: &str) -> bool {
    Kind::new(descriptor.name, Some(descriptor), &Value::Null).is_some_and(|kind| kind.names(id))
}

/// Whether a resource can be written as a typed one: its type has one, at the version that it is at.
pub(super) fn typed_of(
    descriptor: Option<&'static TypeDescriptor>,
    inputs: &Map,
) -> Option<&'static TypedResource> {
    let is_other = inputs.keys().any(|key| key.starts_with('$'));
    descriptor.filter(|_| !is_other)?.typed
}
