//! What a program may give for a property.

use super::{Expression, Output};
use crate::value::{Data, Decoder, Value};
use std::collections::BTreeMap;

/// A property: not set, a plain value, or an output.
#[derive(Clone, Debug, Default)]
pub enum Input<T> {
    /// Not given: the property is left out.
    #[default]
    Unset,
    /// Given in the program.
    Value(T),
    /// Comes from another resource.
    Output(Output<T>),
}

impl<T: Clone + Send + Sync + 'static> Input<T> {
    /// As an output, unless it is not set.
    pub fn to_output(&self) -> Option<Output<T>> {
        match self {
            Input::Unset => None,
            Input::Value(value) => Some(Output::known(value.clone())),
            Input::Output(output) => Some(output.clone()),
        }
    }
}

impl<T> Input<T> {
    /// Whether nothing was given.
    pub fn is_unset(&self) -> bool {
        matches!(self, Input::Unset)
    }
}

/// What may be given for a property of type `T`: a `T`, an `Output<T>`, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given for a property of type `{T}`",
    label = "expected a `{T}` or an `Output<{T}>`",
    note = "convert an output with `.map(|v| ..)`, or project to a part of it with `.at(|v| &v.field)`"
)]
pub trait IntoInput<T> {
    /// Converts.
    fn into_input(self) -> Input<T>;
}

#[diagnostic::do_not_recommend]
impl<T> IntoInput<T> for T {
    fn into_input(self) -> Input<T> {
        Input::Value(self)
    }
}
#[diagnostic::do_not_recommend]
impl<T> IntoInput<T> for Output<T> {
    fn into_input(self) -> Input<T> {
        Input::Output(self)
    }
}
#[diagnostic::do_not_recommend]
impl<T> IntoInput<T> for &Output<T> {
    fn into_input(self) -> Input<T> {
        Input::Output(self.clone())
    }
}
#[diagnostic::do_not_recommend]
impl<T> IntoInput<T> for Input<T> {
    fn into_input(self) -> Input<T> {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<T: Clone> IntoInput<T> for &Input<T> {
    fn into_input(self) -> Input<T> {
        self.clone()
    }
}
#[diagnostic::do_not_recommend]
impl IntoInput<String> for &str {
    fn into_input(self) -> Input<String> {
        Input::Value(self.to_owned())
    }
}
#[diagnostic::do_not_recommend]
impl IntoInput<String> for &String {
    fn into_input(self) -> Input<String> {
        Input::Value(self.clone())
    }
}

/// A list property: not set, items of which each may be an output, or one output for the whole list.
#[derive(Clone, Debug, Default)]
pub enum InputList<T> {
    /// Not given.
    #[default]
    Unset,
    /// Item by item.
    Items(Vec<Input<T>>),
    /// The whole list comes from another resource.
    Output(Output<Vec<T>>),
}

/// What may be given for a list property with items of type `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given for a list of `{T}`",
    label = "expected an array, a `Vec` or an `Output<Vec<{T}>>`"
)]
pub trait IntoInputList<T> {
    /// Converts.
    fn into_input_list(self) -> InputList<T>;
}
impl<T, I: IntoInput<T>> IntoInputList<T> for Vec<I> {
    fn into_input_list(self) -> InputList<T> {
        InputList::Items(self.into_iter().map(IntoInput::into_input).collect())
    }
}
impl<T, I: IntoInput<T>, const N: usize> IntoInputList<T> for [I; N] {
    fn into_input_list(self) -> InputList<T> {
        InputList::Items(self.into_iter().map(IntoInput::into_input).collect())
    }
}
impl<T> IntoInputList<T> for Output<Vec<T>> {
    fn into_input_list(self) -> InputList<T> {
        InputList::Output(self)
    }
}
impl<T> IntoInputList<T> for &Output<Vec<T>> {
    fn into_input_list(self) -> InputList<T> {
        InputList::Output(self.clone())
    }
}
impl<T> IntoInputList<T> for InputList<T> {
    fn into_input_list(self) -> InputList<T> {
        self
    }
}

/// A map property: not set, entries of which each may be an output, or one output for the whole map.
#[derive(Clone, Debug, Default)]
pub enum InputMap<T> {
    /// Not given.
    #[default]
    Unset,
    /// Entry by entry.
    Entries(BTreeMap<String, Input<T>>),
    /// The whole map comes from another resource.
    Output(Output<BTreeMap<String, T>>),
}

/// What may be given for a map property with values of type `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given for a map of `{T}`",
    label = "expected an array of pairs, a `BTreeMap` or an `Output<BTreeMap<String, {T}>>`"
)]
pub trait IntoInputMap<T> {
    /// Converts.
    fn into_input_map(self) -> InputMap<T>;
}
impl<T, I: IntoInput<T>> IntoInputMap<T> for BTreeMap<String, I> {
    fn into_input_map(self) -> InputMap<T> {
        InputMap::Entries(self.into_iter().map(|(key, value)| (key, value.into_input())).collect())
    }
}
impl<T: Clone> IntoInputMap<T> for &BTreeMap<String, T> {
    fn into_input_map(self) -> InputMap<T> {
        InputMap::Entries(
            self.iter().map(|(key, value)| (key.clone(), Input::Value(value.clone()))).collect(),
        )
    }
}
impl<T, K: Into<String>, I: IntoInput<T>, const N: usize> IntoInputMap<T> for [(K, I); N] {
    fn into_input_map(self) -> InputMap<T> {
        InputMap::Entries(self.into_iter().map(|(key, value)| (key.into(), value.into_input())).collect())
    }
}
impl<T> IntoInputMap<T> for Output<BTreeMap<String, T>> {
    fn into_input_map(self) -> InputMap<T> {
        InputMap::Output(self)
    }
}
impl<T> IntoInputMap<T> for InputMap<T> {
    fn into_input_map(self) -> InputMap<T> {
        self
    }
}

/// The place of one property in a structure: what [`Codec`](crate::codec::Codec) writes from and reads into.
pub trait Slot {
    /// What was given; `None` when nothing was.
    fn take_expression(&self) -> Option<Expression>;
    /// Reads a value into the place.
    fn read(&mut self, value: &Value, decoder: &mut Decoder);
}

impl<T: Data> Slot for Input<T> {
    fn take_expression(&self) -> Option<Expression> {
        match self {
            Input::Unset => None,
            Input::Value(value) => Some(value.encode()),
            Input::Output(output) => Some(output.clone().into()),
        }
    }
    fn read(&mut self, value: &Value, decoder: &mut Decoder) {
        *self = decoder.value(value).map_or(Input::Unset, Input::Value);
    }
}

impl<T: Data> Slot for InputList<T> {
    fn take_expression(&self) -> Option<Expression> {
        match self {
            InputList::Unset => None,
            InputList::Items(items) => {
                Some(Expression::List(items.iter().filter_map(Slot::take_expression).collect()))
            }
            InputList::Output(output) => Some(output.clone().into()),
        }
    }
    fn read(&mut self, value: &Value, decoder: &mut Decoder) {
        *self = decoder.value::<Vec<T>>(value).map_or(InputList::Unset, IntoInputList::into_input_list);
    }
}

impl<T: Data> Slot for InputMap<T> {
    fn take_expression(&self) -> Option<Expression> {
        match self {
            InputMap::Unset => None,
            InputMap::Entries(entries) => Some(Expression::Map(
                entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), value.take_expression()?)))
                    .collect(),
            )),
            InputMap::Output(output) => Some(output.clone().into()),
        }
    }
    fn read(&mut self, value: &Value, decoder: &mut Decoder) {
        *self =
            decoder.value::<BTreeMap<String, T>>(value).map_or(InputMap::Unset, IntoInputMap::into_input_map);
    }
}
