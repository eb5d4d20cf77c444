//! From what a program says of a resource to what a template says of it.

use super::probe::{Probes, Translated};
use super::text::Text;
use atp_iac::output::Expression;
use atp_iac::value::{Path, Value};

/// Translates the values of one resource, or of the outputs of the stack.
pub(super) struct Values<'a> {
    pub probes: &'a Probes,
    /// Names what has to be given from outside; the value is left out where it names nothing.
    pub outside: &'a dyn Fn(&Path, &Value) -> Option<String>,
}

impl Values<'_> {
    /// What `expression` is in a template; `planned` is what the plan knows of it.
    pub fn translate(
        &self,
        expression: Option<&Expression>,
        planned: &Value,
        path: &mut Path,
    ) -> Option<Translated> {
        match (planned, expression) {
            (Value::Secret(_), _) => self.given(path, planned),
            (planned, Some(Expression::Output(output))) if planned.has_unknown() => {
                match planned.has_secret() {
                    false => self.probes.translate(output.as_ref()).or_else(|| self.given(path, planned)),
                    true => self.given(path, planned),
                }
            }
            (Value::Unknown(_), _) => self.given(path, planned),
            (Value::Map(map), expression) => {
                let inner = |key: &String| match expression {
                    Some(Expression::Map(map)) => map.get(key),
                    _ => None,
                };
                let mut entries = Vec::with_capacity(map.len());
                for (key, value) in map {
                    path.push_key(key);
                    let value = self.translate(inner(key), value, path);
                    path.pop();
                    entries.push((key.clone(), value?));
                }
                Some(Translated::Map(entries))
            }
            (Value::List(list), expression) => {
                let inner = |index: usize| match expression {
                    Some(Expression::List(list)) => list.get(index),
                    _ => None,
                };
                let mut items = Vec::with_capacity(list.len());
                for (index, value) in list.iter().enumerate() {
                    path.push_index(index);
                    let value = self.translate(inner(index), value, path);
                    path.pop();
                    items.push(value?);
                }
                Some(Translated::List(items))
            }
            (Value::String(text), _) => Some(Translated::Text(Text::literal(text))),
            (other, _) => Some(Translated::Literal(other.clone())),
        }
    }

    fn given(&self, path: &Path, planned: &Value) -> Option<Translated> {
        (self.outside)(path, planned).map(|name| Translated::Text(Text::parameter(name)))
    }
}
