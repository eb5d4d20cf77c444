//! `#[component]`.

mod fields;

use crate::arguments;
use crate::errors::Errors;
use fields::Field;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Fields, ItemStruct};

pub fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut structure: ItemStruct = match syn::parse2(item.clone()) {
        Ok(structure) => structure,
        Err(_) => {
            let message = "`#[component]` stands on a struct of the component's arguments";
            let error = syn::Error::new(Span::call_site(), message).into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    let kind = kind(arguments, &structure, &mut errors);
    let fields = match &mut structure.fields {
        Fields::Named(named) => named.named.iter_mut().filter_map(|f| fields::read(f, &mut errors)).collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => {
            errors.at(
                &structure.ident,
                "the arguments of a component have names: use a struct with named fields",
            );
            Vec::new()
        }
    };
    let generated = if matches!(structure.fields, Fields::Unnamed(_)) {
        TokenStream::new()
    } else {
        generate(&structure, &kind, &fields)
    };
    let errors = errors.into_tokens();
    quote!(#structure #generated #errors)
}

fn kind(given: TokenStream, structure: &ItemStruct, errors: &mut Errors) -> String {
    let default = format!("component:{}", structure.ident);
    let given = arguments::read(given, &["type"], errors);
    let Some(text) = given.first().and_then(|argument| argument.text(&default, errors)) else {
        return default;
    };
    let kind = text.value();
    let good = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
    };
    if !kind.split(':').all(good) {
        errors.at(
            &text,
            format!("a type is words separated by single colons, such as `{default}`: it is part of URNs"),
        );
        return default;
    }
    kind
}

fn generate(structure: &ItemStruct, kind: &str, fields: &[Field]) -> TokenStream {
    let name = &structure.ident;
    let visibility = &structure.vis;
    let (implement, types, bounds) = structure.generics.split_for_impl();
    let parameters = fields.iter().filter(|field| field.is_required()).map(|field| {
        let (ident, kind) = (&field.ident, field.parameter());
        quote!(#ident: #kind)
    });
    let values = fields.iter().map(|field| {
        let (ident, value) = (&field.ident, field.initial());
        quote!(#ident: #value)
    });
    let setters = fields.iter().filter(|field| !field.is_required()).map(|field| setter(structure, field));
    let documentation = format!("A [`{name}`] with what it must have; the rest is set by the methods.");
    let constructor =
        if matches!(structure.fields, Fields::Unit) { quote!(Self) } else { quote!(Self { #(#values),* }) };
    let declare = declare(structure, kind);
    quote! {
        #[automatically_derived]
        impl #implement #name #types #bounds {
            #[doc = #documentation]
            #[must_use]
            #[allow(
                clippy::too_many_arguments,
                clippy::new_without_default,
                reason = "its arguments are the fields of the component"
            )]
            #visibility fn new(#(#parameters),*) -> Self {
                #constructor
            }
            #(#setters)*
        }
        #[automatically_derived]
        impl #implement ::atp_iac::program::Declare for #name #types #bounds {
            type Handle = <Self as ::atp_iac::Component>::Outputs;
            #declare
        }
    }
}

/// The method of `Declare`. Its tokens stand at the name of the struct: there a missing `impl Component` is reported.
fn declare(structure: &ItemStruct, kind: &str) -> TokenStream {
    let name = &structure.ident;
    let (_, types, _) = structure.generics.split_for_impl();
    let cx = format_ident!("cx", span = Span::mixed_site());
    quote_spanned! {name.span()=>
        fn declare(
            self,
            #cx: &mut ::atp_iac::Context,
            name: &str,
            options: ::atp_iac::Options,
            location: ::atp_iac::program::Location,
        ) -> ::atp_iac::Result<<#name #types as ::atp_iac::Component>::Outputs> {
            #cx.build_component(#kind, name, self, options, location)
        }
    }
}

fn setter(structure: &ItemStruct, field: &Field) -> TokenStream {
    let visibility = &structure.vis;
    let Field { ident, docs, .. } = field;
    let kind = field.parameter();
    let value = field.converted();
    let default_doc = docs.is_empty().then(|| format!("Sets `{ident}`."));
    let default_doc = default_doc.iter();
    quote! {
        #(#docs)*
        #(#[doc = #default_doc])*
        #[must_use]
        #visibility fn #ident(mut self, #ident: #kind) -> Self {
            self.#ident = #value;
            self
        }
    }
}
