//! One field of a configuration.

use super::default::Given;
use crate::arguments::{self, Argument};
use crate::errors::Errors;
use crate::types::{argument_of, description};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, ExprRange, Ident, Type};

/// What is known of a field.
pub struct Field {
    /// Its name in the struct.
    pub ident: Ident,
    /// Its name in files.
    pub name: String,
    kind: Type,
    description: String,
    default: Option<Given>,
    range: Option<ExprRange>,
    length: Option<ExprRange>,
    /// The variable that holds it while others are read.
    pub variable: Ident,
}

pub fn read(field: &syn::Field, index: usize, errors: &mut Errors) -> Option<Field> {
    let ident = field.ident.clone()?;
    let given =
        arguments::of_attributes(&field.attrs, "config", &["default", "range", "length", "name"], errors);
    let find = |name: &str| given.iter().find(|argument| argument.name == name);
    let file_name = ident.unraw().to_string();
    let name = find("name").and_then(|argument| argument.text(&file_name, errors));
    let default = find("default").map(|argument| Given::new(argument, &field.ty));
    let range = find("range").and_then(|argument| bounds(argument, "7..=90", errors));
    let length = find("length").and_then(|argument| bounds(argument, "1..=24", errors));
    if let (Some(argument), true) = (find("default"), argument_of(&field.ty, "Option").is_some()) {
        errors.here(
            argument.span(),
            "an `Option` is not given by default: remove the default, or the `Option`",
        );
    } else if let (Some(argument), true) = (find("default"), argument_of(&field.ty, "Secret").is_some()) {
        errors.here(
            argument.span(),
            "a secret has no default: it would stand in the program; use `Option<Secret<..>>`",
        );
    } else if let (Some(default), Some(range)) = (&default, &range) {
        default.check(range, errors);
    }
    Some(Field {
        name: name.map_or(file_name, |text| text.value()),
        kind: field.ty.clone(),
        description: description(&field.attrs),
        default,
        range,
        length,
        variable: format_ident!("field_{index}", span = Span::mixed_site()),
        ident,
    })
}

fn bounds(argument: &Argument, example: &str, errors: &mut Errors) -> Option<ExprRange> {
    match argument.expression(example, errors)? {
        Expr::Range(range) => Some(range),
        other => {
            errors.at(other, format!("`{}` is a range: `{} = {example}`", argument.name, argument.name));
            None
        }
    }
}

impl Field {
    /// The entry in `FIELDS`.
    pub fn entry(&self) -> TokenStream {
        let Field { name, kind, description, .. } = self;
        let default = option(self.default.as_ref().map(Given::text));
        let range = option(self.range.as_ref().map(source));
        let length = option(self.length.as_ref().map(source));
        let required = match self.default {
            Some(_) => quote!(false),
            None => quote!(!<#kind as ::atp_iac::config::ConfigValue>::OPTIONAL),
        };
        quote_spanned! {kind.span()=>
            ::atp_iac::config::ConfigField {
                name: #name,
                description: #description,
                kind: <#kind as ::atp_iac::config::ConfigValue>::KIND,
                required: #required,
                default: #default,
                range: #range,
                length: #length,
            }
        }
    }

    /// The statements that read it into its variable.
    pub fn statements(&self, index: usize) -> TokenStream {
        let Field { kind, variable, .. } = self;
        let field = quote!(&<Self as ::atp_iac::Config>::FIELDS[#index]);
        let read = match &self.default {
            // The same form as in `FIELDS`, so that the compiler reports a bad type once.
            None => {
                quote_spanned!(kind.span()=> <#kind as ::atp_iac::config::ConfigValue>::required(reader, #field))
            }
            Some(default) => {
                let value = default.value();
                quote_spanned!(kind.span()=> <#kind as ::atp_iac::config::ConfigValue>::defaulted(reader, #field, || #value))
            }
        };
        let range = self.range.as_ref().map(|range| {
            quote_spanned!(range.span()=> let #variable = reader.in_range::<#kind>(#field, #variable, #range);)
        });
        let length = self.length.as_ref().map(|range| {
            quote_spanned!(range.span()=> let #variable = reader.has_length::<#kind>(#field, #variable, #range);)
        });
        quote!(let #variable = #read; #range #length)
    }
}

/// As the person wrote it.
fn source(range: &ExprRange) -> String {
    crate::types::text_of(range)
}

fn option(text: Option<String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
