//! `#[derive(Config)]`.

mod choice;
mod default;
mod field;
mod structure;

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

pub fn expand(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "configuration has no parameters: its fields are documented with their types",
        );
    }
    let generated = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => structure::expand(&item, fields, &mut errors),
            _ => {
                errors.at(
                    &item.ident,
                    "configuration is a struct with named fields: the names are those in the files",
                );
                TokenStream::new()
            }
        },
        Data::Enum(data) => choice::expand(&item, data, &mut errors),
        Data::Union(data) => {
            errors.at(data.union_token, "configuration is a struct, or an enum of plain variants");
            TokenStream::new()
        }
    };
    if errors.none() {
        generated
    } else {
        let stand_in = stand_in(&item);
        let errors = errors.into_tokens();
        quote!(#stand_in #errors)
    }
}

/// Enough for the rest of the program to compile.
fn stand_in(item: &DeriveInput) -> TokenStream {
    let name = &item.ident;
    let (implement, types, bounds) = item.generics.split_for_impl();
    quote! {
        impl #implement ::atp_iac::Config for #name #types #bounds {
            const FIELDS: &'static [::atp_iac::config::ConfigField] = &[];
            fn read_fields(
                _: &mut ::atp_iac::config::ConfigReader<'_>,
            ) -> ::core::option::Option<Self> {
                ::core::unreachable!()
            }
        }
    }
}
