//! A struct of configuration.

use super::field::{self, Field};
use crate::arguments;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, FieldsNamed};

pub fn expand(item: &DeriveInput, named: &FieldsNamed, errors: &mut Errors) -> TokenStream {
    let given = arguments::of_attributes(&item.attrs, "config", &["check"], errors);
    let check = given.first().and_then(|argument| argument.path("Self::check", errors));
    let fields: Vec<Field> =
        named.named.iter().enumerate().filter_map(|(index, f)| field::read(f, index, errors)).collect();
    for (index, field) in fields.iter().enumerate() {
        if fields[..index].iter().any(|other| other.name == field.name) {
            errors.at(&field.ident, format!("another field is named `{}` in files too", field.name));
        }
    }
    let name = &item.ident;
    let entries = fields.iter().map(Field::entry);
    let statements = fields.iter().enumerate().map(|(index, field)| field.statements(index));
    let idents = fields.iter().map(|field| &field.ident);
    let variables = fields.iter().map(|field| &field.variable);
    let check = check.map(|path| quote_spanned!(path.span()=> reader.check(#path(&read))?;));
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::atp_iac::Config for #name {
            const FIELDS: &'static [::atp_iac::config::ConfigField] = &[#(#entries),*];
            fn read_fields(
                reader: &mut ::atp_iac::config::ConfigReader<'_>,
            ) -> ::core::option::Option<Self> {
                let _ = &reader;
                #(#statements)*
                let read = Self { #(#idents: #variables?),* };
                #check
                ::core::option::Option::Some(read)
            }
        }
    }
}
