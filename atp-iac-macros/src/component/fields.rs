//! The fields of a component: what each takes, and what it is where nothing is given.

use crate::arguments;
use crate::errors::Errors;
use crate::types::{argument_of, last_word};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, Ident, Type};

/// One field.
pub struct Field {
    /// Its name.
    pub ident: Ident,
    /// Its doc comment.
    pub docs: Vec<Attribute>,
    shape: Shape,
    /// Whether it is written as `Option<..>`.
    optional: bool,
    default: Option<Default>,
}

enum Shape {
    Input(Type),
    List(Type),
    Map(Type),
    Text,
    Plain(Type),
}

enum Default {
    OfType,
    Expression(Expr),
}

/// Reads a field and takes its `#[component(..)]` attributes away.
pub fn read(field: &mut syn::Field, errors: &mut Errors) -> Option<Field> {
    let given = arguments::of_attributes(&field.attrs, "component", &["default"], errors);
    field.attrs.retain(|attribute| !attribute.path().is_ident("component"));
    let default =
        given.into_iter().next().map(|argument| argument.value.map_or(Default::OfType, Default::Expression));
    let inner = argument_of(&field.ty, "Option");
    if let (Some(_), Some(Default::Expression(expression))) = (inner, &default) {
        errors.at(expression, "an `Option` is not given by default: remove the default, or the `Option`");
    }
    Some(Field {
        ident: field.ident.clone()?,
        docs: field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect(),
        shape: shape(inner.unwrap_or(&field.ty)),
        optional: inner.is_some(),
        default,
    })
}

fn shape(kind: &Type) -> Shape {
    if let Some(inner) = argument_of(kind, "Input") {
        Shape::Input(inner.clone())
    } else if let Some(inner) = argument_of(kind, "InputList") {
        Shape::List(inner.clone())
    } else if let Some(inner) = argument_of(kind, "InputMap") {
        Shape::Map(inner.clone())
    } else if last_word(kind).as_deref() == Some("String") {
        Shape::Text
    } else {
        Shape::Plain(kind.clone())
    }
}

impl Field {
    /// Whether it is an argument of `new`.
    pub fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }

    /// The type of the parameter that it is given by.
    pub fn parameter(&self) -> TokenStream {
        match &self.shape {
            Shape::Input(inner) => quote!(impl ::atp_iac::IntoInput<#inner>),
            Shape::List(inner) => quote!(impl ::atp_iac::IntoInputList<#inner>),
            Shape::Map(inner) => quote!(impl ::atp_iac::IntoInputMap<#inner>),
            Shape::Text => quote!(impl ::core::convert::Into<::std::string::String>),
            Shape::Plain(kind) => quote!(#kind),
        }
    }

    /// The parameter, as the field holds it.
    pub fn converted(&self) -> TokenStream {
        let ident = &self.ident;
        let value = self.convert(&quote!(#ident));
        if self.optional { quote!(::core::option::Option::Some(#value)) } else { value }
    }

    /// What `new` puts into the field.
    pub fn initial(&self) -> TokenStream {
        match &self.default {
            _ if self.optional => quote!(::core::option::Option::None),
            None => self.converted(),
            Some(Default::OfType) => quote!(::core::default::Default::default()),
            Some(Default::Expression(expression)) => self.convert(&quote!(#expression)),
        }
    }

    fn convert(&self, value: &TokenStream) -> TokenStream {
        match &self.shape {
            Shape::Input(inner) => quote!(::atp_iac::IntoInput::<#inner>::into_input(#value)),
            Shape::List(inner) => quote!(::atp_iac::IntoInputList::<#inner>::into_input_list(#value)),
            Shape::Map(inner) => quote!(::atp_iac::IntoInputMap::<#inner>::into_input_map(#value)),
            Shape::Text => quote!(::core::convert::Into::<::std::string::String>::into(#value)),
            Shape::Plain(_) => value.clone(),
        }
    }
}
