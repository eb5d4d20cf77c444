//! `#[stack]`.

use crate::arguments::{self, Argument};
use crate::errors::Errors;
use crate::types::{argument_of, arguments_of, camel, docs, last_word, respan, text_of};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, Ident, ItemFn, Path, PathArguments, ReturnType, Type};

/// What the signature says.
#[derive(Default)]
struct Signature {
    /// The type of the configuration.
    config: Option<Type>,
    /// What stands behind `cx`, in order.
    parameters: Vec<Parameter>,
    /// What is in the `Result`.
    outputs: Option<Type>,
}

enum Parameter {
    Config,
    Reference(Box<Reference>),
}

/// `StackRef<stack, place>`, or an `Option` of it.
struct Reference {
    stack: Type,
    /// As it is written; where nothing is, the other stack stands where this one does.
    place: Option<Type>,
    optional: bool,
}

impl Reference {
    fn read(kind: &Type) -> Option<Self> {
        let inner = argument_of(kind, "Option");
        let mut arguments = arguments_of(inner.unwrap_or(kind), "StackRef").into_iter().cloned();
        let stack = arguments.next()?;
        Some(Reference { stack, place: arguments.next(), optional: inner.is_some() })
    }

    /// Whether it is written as one to where this stack stands.
    fn is_here(&self) -> bool {
        self.place.as_ref().is_none_or(|place| last_word(place).is_some_and(|word| word == "Here"))
    }

    /// The place as a type, and as a value; `Here` where none is written. Errors point at the type.
    fn place(&self) -> (TokenStream, TokenStream) {
        let span = self.place.as_ref().map_or_else(|| self.stack.span(), Spanned::span);
        let kind = match &self.place {
            Some(place) => quote!(#place),
            None => quote_spanned!(span=> ::atp_iac::Here),
        };
        let value = quote_spanned!(span=> <#kind as ::atp_iac::Place>::AT);
        (kind, value)
    }

    fn same(&self, other: &Reference) -> bool {
        let place = |reference: &Reference| reference.place.as_ref().map(text_of);
        text_of(&self.stack) == text_of(&other.stack)
            && (place(self) == place(other) || self.is_here() && other.is_here())
    }
}

pub fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let message =
                "`#[stack]` stands on a function: `pub fn name(cx: &mut Context, ..) -> Result<..>`";
            let error = syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    let given = arguments::read(arguments, &["layer", "name"], &mut errors);
    let layer = layer(&given, &mut errors);
    let name = name(&function, &given, &mut errors);
    let mut mistakes = Errors::default();
    let signature = signature(&function, &mut mistakes);
    let callable = mistakes.none();
    errors.append(mistakes);
    let check = if errors.none() { order(&layer, &signature) } else { TokenStream::new() };
    let body = if callable { body(&function, &signature) } else { quote!(::core::unreachable!()) };
    let generated = generate(&function, &layer, &name, &signature, &body);
    let errors = errors.into_tokens();
    quote!(#item #generated #check #errors)
}

fn layer(given: &[Argument], errors: &mut Errors) -> TokenStream {
    let stand_in = quote!(::atp_iac::layers::Foundation);
    let Some(argument) = given.iter().find(|argument| argument.name == "layer") else {
        if errors.none() {
            errors.here(
                proc_macro2::Span::call_site(),
                "which layer is the stack in? write `#[stack(layer = Foundation)]`",
            );
        }
        return stand_in;
    };
    match argument.path("Foundation", errors) {
        Some(path) => layer_path(&path),
        None => stand_in,
    }
}

fn layer_path(path: &Path) -> TokenStream {
    match path.get_ident() {
        Some(word) => quote_spanned!(word.span()=> ::atp_iac::layers::#word),
        None => quote!(#path),
    }
}

fn name(function: &ItemFn, given: &[Argument], errors: &mut Errors) -> String {
    let default = function.sig.ident.unraw().to_string();
    let argument = given.iter().find(|argument| argument.name == "name");
    let text = argument.and_then(|argument| argument.text(&default, errors));
    let (name, span) = text.map_or((default, function.sig.ident.span()), |text| (text.value(), text.span()));
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 64 || !name.chars().all(good) {
        errors.here(
            span,
            "the name of a stack is 1 to 64 letters, digits, `-` or `_`: it is part of URNs and files",
        );
    } else if name == "common" {
        errors.here(span, "no stack is named `common`: in configuration files that stands for all stacks");
    }
    name
}

fn signature(function: &ItemFn, errors: &mut Errors) -> Signature {
    let sig = &function.sig;
    let mut found = Signature::default();
    if let Some(word) = &sig.asyncness {
        errors.at(word, "the function of a stack is not async: it declares, the engine does");
    }
    if !sig.generics.params.is_empty() {
        errors
            .at(&sig.generics, "the function of a stack has no parameters of its own for types or lifetimes");
    }
    let mut inputs = sig.inputs.iter();
    match inputs.next() {
        Some(FnArg::Typed(first)) if is_mutable_reference(&first.ty) => {}
        Some(other) => errors.at(other, "the first parameter of a stack is `cx: &mut Context`"),
        None => errors.at(&sig.ident, "a stack takes the context: `cx: &mut Context`"),
    }
    for input in inputs {
        match input {
            FnArg::Typed(input) => parameter(&input.ty, &mut found, errors),
            FnArg::Receiver(receiver) => errors.at(receiver, "a stack is a free function: it has no `self`"),
        }
    }
    found.outputs = outputs(&sig.output).cloned();
    if found.outputs.is_none() {
        let example = format!("`-> Result<{}Outputs>`", camel(&sig.ident.unraw().to_string()));
        let message =
            format!("a stack returns a result of its outputs: {example}, or `-> Result<()>` for none");
        match &sig.output {
            ReturnType::Default => errors.at(&sig.ident, message),
            ReturnType::Type(_, kind) => errors.at(kind, message),
        }
    }
    found
}

fn is_mutable_reference(kind: &Type) -> bool {
    matches!(kind, Type::Reference(reference) if reference.mutability.is_some())
}

fn parameter(kind: &Type, found: &mut Signature, errors: &mut Errors) {
    if let Some(reference) = Reference::read(kind) {
        let twice =
            |parameter: &Parameter| matches!(parameter, Parameter::Reference(seen) if seen.same(&reference));
        if found.parameters.iter().any(twice) {
            errors.at(kind, "the stack is referred to twice");
        }
        if reference.optional && reference.is_here() {
            errors.at(
                kind,
                "a stack that stands where this one does is always there: leave `Option` out, or say where it \
                 stands, as in `Option<StackRef<.., Primary>>`",
            );
        }
        found.parameters.push(Parameter::Reference(Box::new(reference)));
    } else if matches!(kind, Type::Reference(_)) {
        errors.at(kind, "a stack takes its configuration and its `StackRef<..>`s by value");
    } else if found.config.is_some() {
        errors.at(
            kind,
            "a stack has one configuration: make this a field of it, or `StackRef<..>` if it is another stack",
        );
    } else {
        found.config = Some(kind.clone());
        found.parameters.push(Parameter::Config);
    }
}

fn outputs(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, kind) = output else { return None };
    let Type::Path(path) = kind.as_ref() else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(kind)) => Some(kind),
        _ => None,
    }
}

/// The bounds on layers and places; their errors point at the type in the parameter.
fn order(layer: &TokenStream, signature: &Signature) -> TokenStream {
    let checks = signature.parameters.iter().filter_map(|parameter| {
        let Parameter::Reference(reference) = parameter else { return None };
        let Reference { stack, place, optional } = reference.as_ref();
        let (_, at) = reference.place();
        if reference.is_here() {
            let layer = respan(layer.clone(), stack.span());
            return Some(quote_spanned!(stack.span()=>
                const _: fn() =
                    ::atp_iac::__private::above::<#layer, <#stack as ::atp_iac::StackContract>::Layer>;
            ));
        }
        let check = match optional {
            true => quote_spanned!(place.span()=> sometimes_elsewhere),
            false => quote_spanned!(place.span()=> always_elsewhere),
        };
        Some(quote_spanned!(place.span()=> const _: () = ::atp_iac::__private::#check(#at);))
    });
    quote!(#(#checks)*)
}

fn generate(
    function: &ItemFn,
    layer: &TokenStream,
    name: &str,
    signature: &Signature,
    body: &TokenStream,
) -> TokenStream {
    let called = &function.sig.ident;
    let visibility = &function.vis;
    let stack = Ident::new(&camel(&called.unraw().to_string()), called.span());
    let docs = docs(&function.attrs);
    let default_doc = docs.is_empty().then(|| format!("The stack `{name}`."));
    let default_doc = default_doc.iter();
    let unit: Type = syn::parse_quote!(());
    let outputs = signature.outputs.as_ref().unwrap_or(&unit);
    let config = signature.config.as_ref().unwrap_or(&unit);
    let fields = quote_spanned!(config.span()=> <#config as ::atp_iac::Config>::FIELDS);
    let check = quote_spanned!(config.span()=> <#config as ::atp_iac::Config>::check_tree(tree));
    let references = signature.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Reference(reference) => {
            let (stack, (_, place)) = (&reference.stack, reference.place());
            let at = (!reference.is_here()).then(|| quote_spanned!(place.span()=> .at(#place)));
            let optional = reference.optional.then(|| quote!(.optional()));
            Some(quote_spanned!(stack.span()=>
                <#stack as ::atp_iac::StackContract>::REFERENCE #at #optional))
        }
        Parameter::Config => None,
    });
    quote! {
        #(#docs)*
        #(#[doc = #default_doc])*
        #[derive(Clone, Copy, Debug)]
        #visibility struct #stack;
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::atp_iac::StackContract for #stack {
            const NAME: &'static str = #name;
            type Layer = #layer;
            type Outputs = #outputs;
        }
        #[automatically_derived]
        impl ::atp_iac::Stack for #stack {
            const REFERENCES: &'static [::atp_iac::program::Reference] = &[#(#references),*];
            const SOURCE: &'static str = ::core::file!();
            fn config_fields() -> &'static [::atp_iac::config::ConfigField] {
                #fields
            }
            fn check_config(
                tree: &::atp_iac::config::ConfigTree,
            ) -> ::core::result::Result<(), ::atp_iac::config::ConfigError> {
                #check
            }
            #[allow(unused_variables, reason = "a stack may have neither configuration nor references")]
            fn build(cx: &mut ::atp_iac::Context) -> ::atp_iac::Result<#outputs> {
                #body
            }
        }
    }
}

/// Reads the configuration and each reference, and calls the function. Types are named as everywhere in the expansion, so
/// that the compiler reports a bad one once.
fn body(function: &ItemFn, signature: &Signature) -> TokenStream {
    let called = &function.sig.ident;
    let mut bindings = match &signature.config {
        Some(config) => {
            vec![quote_spanned!(config.span()=> let config = <#config as ::atp_iac::Config>::of_stack(cx)?;)]
        }
        None => vec![quote!(cx.config::<()>()?;)],
    };
    let mut values = Vec::new();
    for (index, parameter) in signature.parameters.iter().enumerate() {
        match parameter {
            Parameter::Config => values.push(quote!(config)),
            Parameter::Reference(reference) => {
                let variable = format_ident!("reference_{index}");
                let (stack, (place, at)) = (&reference.stack, reference.place());
                let read = match reference.optional {
                    true => quote_spanned!(stack.span()=> referred_elsewhere),
                    false => quote_spanned!(stack.span()=> referred),
                };
                bindings.push(quote_spanned!(stack.span()=>
                    let #variable = <#stack as ::atp_iac::StackContract>::#read::<#place>(cx, #at)?;));
                values.push(quote!(#variable));
            }
        }
    }
    quote!(#(#bindings)* #called(cx, #(#values),*))
}
