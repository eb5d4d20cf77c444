//! Reads `name = value, name` lists of attributes, one error for each bad name.

use crate::errors::{Errors, unknown};
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Path, Token};

/// One argument of an attribute.
pub struct Argument {
    /// Its name.
    pub name: Ident,
    /// What stands behind `=`.
    pub value: Option<Expr>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Argument { name, value })
    }
}

/// Reads the list. Unknown and repeated names are errors and left out.
pub fn read(tokens: TokenStream, known: &[&str], errors: &mut Errors) -> Vec<Argument> {
    let list = Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens);
    let mut kept: Vec<Argument> = Vec::new();
    for argument in errors.note(list).into_iter().flatten() {
        let name = argument.name.to_string();
        if !known.contains(&name.as_str()) {
            errors.here(argument.name.span(), unknown("argument", &name, known));
        } else if kept.iter().any(|other| other.name == argument.name) {
            errors.here(argument.name.span(), format!("`{name}` is given twice"));
        } else {
            kept.push(argument);
        }
    }
    kept
}

/// Reads all `#[name(..)]` attributes among `attributes`.
pub fn of_attributes(
    attributes: &[syn::Attribute],
    name: &str,
    known: &[&str],
    errors: &mut Errors,
) -> Vec<Argument> {
    let mut found: Vec<Argument> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        match attribute.meta.require_list() {
            Ok(list) => {
                for argument in read(list.tokens.clone(), known, errors) {
                    if found.iter().any(|other| other.name == argument.name) {
                        errors.here(argument.name.span(), format!("`{}` is given twice", argument.name));
                    } else {
                        found.push(argument);
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    found
}

impl Argument {
    /// The value as an expression.
    pub fn expression(&self, example: &str, errors: &mut Errors) -> Option<Expr> {
        if self.value.is_none() {
            errors.here(self.name.span(), format!("write a value: `{} = {example}`", self.name));
        }
        self.value.clone()
    }

    /// The value as a text.
    pub fn text(&self, example: &str, errors: &mut Errors) -> Option<LitStr> {
        match self.expression(&format!("{example:?}"), errors)? {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text),
            other => {
                errors.at(other, format!("`{}` is a text: `{} = {example:?}`", self.name, self.name));
                None
            }
        }
    }

    /// The value as a path.
    pub fn path(&self, example: &str, errors: &mut Errors) -> Option<Path> {
        match self.expression(example, errors)? {
            Expr::Path(path) if path.qself.is_none() => Some(path.path),
            other => {
                errors.at(other, format!("`{}` is a path: `{} = {example}`", self.name, self.name));
                None
            }
        }
    }

    /// Where the argument stands.
    pub fn span(&self) -> Span {
        self.name.span()
    }
}
