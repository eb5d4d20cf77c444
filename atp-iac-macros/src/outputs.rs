//! `#[derive(Outputs)]`.

use crate::errors::Errors;
use crate::types::{argument_of, short_text_of, text_of};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, FieldsNamed};

pub fn expand(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let fields = named_fields(&item, &mut errors);
    if errors.none() {
        fields.map(|fields| generate(&item, fields)).unwrap_or_default()
    } else {
        let stand_in = stand_in(&item);
        let errors = errors.into_tokens();
        quote!(#errors #stand_in)
    }
}

fn named_fields<'a>(item: &'a DeriveInput, errors: &mut Errors) -> Option<&'a FieldsNamed> {
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "the outputs of a stack have no parameters: other stacks must know their types",
        );
    }
    let Data::Struct(data) = &item.data else {
        errors.at(&item.ident, "the outputs of a stack are a struct whose fields are `Output<..>`");
        return None;
    };
    let Fields::Named(fields) = &data.fields else {
        errors.at(
            &item.ident,
            "the outputs of a stack are a struct with named fields: other stacks use the names",
        );
        return None;
    };
    for field in &fields.named {
        if argument_of(&field.ty, "Output").is_none() {
            let shown = text_of(&field.ty);
            errors.at(&field.ty, format!("a field of outputs is an `Output<..>`: write `Output<{shown}>`"));
        }
    }
    Some(fields)
}

fn generate(item: &DeriveInput, fields: &FieldsNamed) -> TokenStream {
    let name = &item.ident;
    let idents: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    let names: Vec<String> = idents.iter().map(|ident| ident.unraw().to_string()).collect();
    let kinds = fields.named.iter().map(|field| argument_of(&field.ty, "Output").map(short_text_of));
    // At the type, so that one that the state cannot hold is reported there.
    let values = fields.named.iter().map(|field| {
        let inner = argument_of(&field.ty, "Output");
        quote_spanned!(inner.span()=> <#inner as ::atp_iac::__private::OutputValue>)
    });
    let values: Vec<TokenStream> = values.collect();
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #name {
            fn clone(&self) -> Self {
                Self { #(#idents: ::core::clone::Clone::clone(&self.#idents),)* }
            }
        }
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::atp_iac::Outputs for #name {
            const FIELDS: &'static [::atp_iac::program::OutputField] =
                &[#(::atp_iac::program::OutputField { name: #names, kind: #kinds },)*];
            fn into_expressions(
                self,
            ) -> ::atp_iac::__private::BTreeMap<::std::string::String, ::atp_iac::output::Expression> {
                ::atp_iac::__private::BTreeMap::from([
                    #((::std::string::String::from(#names), #values::expression(self.#idents)),)*
                ])
            }
            fn from_reference(
                source: &::atp_iac::program::ReferencedOutputs<'_>,
            ) -> ::atp_iac::Result<Self> {
                let _ = source;
                ::core::result::Result::Ok(Self { #(#idents: #values::referred(source, #names)?,)* })
            }
        }
    }
}

/// Enough for the rest of the program to compile.
fn stand_in(item: &DeriveInput) -> TokenStream {
    let name = &item.ident;
    let (implement, types, bounds) = item.generics.split_for_impl();
    quote! {
        impl #implement ::core::clone::Clone for #name #types #bounds {
            fn clone(&self) -> Self { ::core::unreachable!() }
        }
        impl #implement ::atp_iac::Outputs for #name #types #bounds {
            const FIELDS: &'static [::atp_iac::program::OutputField] = &[];
            fn into_expressions(
                self,
            ) -> ::atp_iac::__private::BTreeMap<::std::string::String, ::atp_iac::output::Expression> {
                ::core::unreachable!()
            }
            fn from_reference(
                _: &::atp_iac::program::ReferencedOutputs<'_>,
            ) -> ::atp_iac::Result<Self> {
                ::core::unreachable!()
            }
        }
    }
}
