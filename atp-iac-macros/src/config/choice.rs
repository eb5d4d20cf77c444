//! An enum of plain variants: a choice of words.

use crate::arguments;
use crate::errors::Errors;
use crate::types::kebab;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{DataEnum, DeriveInput, Fields};

pub fn expand(item: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> TokenStream {
    arguments::of_attributes(&item.attrs, "config", &[], errors);
    let mut words: Vec<String> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(&variant.fields, "a choice in configuration is a word: its variants have no fields");
        }
        let given = arguments::of_attributes(&variant.attrs, "config", &["name"], errors);
        let word = kebab(&variant.ident.unraw().to_string());
        let word = given.first().and_then(|a| a.text(&word, errors)).map_or(word, |text| text.value());
        if words.contains(&word) {
            errors.at(
                &variant.ident,
                format!("another variant is `{word}` too: write `#[config(name = \"..\")]`"),
            );
        }
        words.push(word);
    }
    if data.variants.is_empty() {
        errors.at(&item.ident, "a choice has at least one variant");
    }
    let name = &item.ident;
    let idents = data.variants.iter().map(|variant| &variant.ident);
    let positions = 0..words.len();
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::atp_iac::config::ConfigValue for #name {
            const KIND: ::atp_iac::config::ConfigKind = ::atp_iac::config::ConfigKind::Choice(&[#(#words),*]);
            fn read(
                reader: &mut ::atp_iac::config::ConfigReader<'_>,
            ) -> ::core::option::Option<Self> {
                match reader.choice(&[#(#words),*])? {
                    #(#positions => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}
