//! `out_format!`.

mod template;

use crate::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr, Token};
use template::{Piece, Target};

/// What stands in the parentheses.
struct Input {
    literal: LitStr,
    arguments: Vec<(Option<Ident>, Expr)>,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let literal = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "the first argument is a text literal: `out_format!(\"https://{host}\")`",
            )
        })?;
        let mut arguments = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let named = input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]);
            let name = if named {
                let name = input.parse()?;
                input.parse::<Token![=]>()?;
                Some(name)
            } else {
                None
            };
            arguments.push((name, input.parse()?));
        }
        Ok(Input { literal, arguments })
    }
}

pub fn expand(input: TokenStream) -> TokenStream {
    let input: Input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return stand_in(error.into_compile_error()),
    };
    let pieces = match template::read(&input.literal.value()) {
        Ok(pieces) => pieces,
        Err(problem) => {
            let mut errors = Errors::default();
            errors.at(&input.literal, problem);
            return stand_in(errors.into_tokens());
        }
    };
    generate(&input, &pieces)
}

/// One argument as the formatting closure knows it.
struct Slot {
    /// The name it has in the closure.
    variable: Ident,
    /// The expression that makes it an output.
    output: TokenStream,
    /// What `format!` is given besides the literal.
    passed: Option<TokenStream>,
}

fn generate(input: &Input, pieces: &[Piece]) -> TokenStream {
    let literal = &input.literal;
    let slots = slots(input, pieces);
    if slots.is_empty() {
        return quote!(::atp_iac::Output::known(::atp_iac::__private::format!(#literal)));
    }
    if slots.len() > 8 {
        let mut errors = Errors::default();
        errors.at(literal, "at most 8 outputs and values: format a part of it first, then use that");
        return stand_in(errors.into_tokens());
    }
    let (texts, positions) = shown(input, pieces, &slots);
    let variables = slots.iter().map(|slot| &slot.variable);
    let outputs = slots.iter().map(|slot| &slot.output);
    let passed = slots.iter().filter_map(|slot| slot.passed.as_ref());
    quote! {
        ::atp_iac::all((#(#outputs,)*))
            .map(|(#(#variables,)*)| ::atp_iac::__private::format!(#literal #(, #passed)*))
            .formatted(::atp_iac::__private::Template { texts: &[#(#texts),*], arguments: &[#(#positions),*] })
    }
}

/// The names in the literal first, then what stands behind it.
fn slots(input: &Input, pieces: &[Piece]) -> Vec<Slot> {
    let span = input.literal.span();
    let mut slots = Vec::new();
    for piece in pieces {
        let Some(Target::Name(name)) = &piece.target else { continue };
        let given =
            input.arguments.iter().any(|(other, _)| other.as_ref().is_some_and(|other| other == name));
        if given || slots.iter().any(|slot: &Slot| slot.variable == name) {
            continue;
        }
        // The name takes the span of the literal, so that an unknown one is reported there.
        let variable = Ident::new(name, span);
        let output =
            quote_spanned!(span=> ::atp_iac::__private::FormatArgument::into_output((#variable).to_owned()));
        slots.push(Slot { variable, output, passed: None });
    }
    for (index, (name, expression)) in input.arguments.iter().enumerate() {
        let variable = format_ident!("argument_{index}", span = Span::mixed_site());
        let output = quote_spanned!(expression.span()=>
            ::atp_iac::__private::FormatArgument::into_output((#expression).to_owned()));
        let passed = Some(match name {
            Some(name) => quote!(#name = #variable),
            None => quote!(#variable),
        });
        slots.push(Slot { variable, output, passed });
    }
    slots
}

/// The texts around the placeholders, and which slot each placeholder shows. `format!` reports the ones that are not.
fn shown(input: &Input, pieces: &[Piece], slots: &[Slot]) -> (Vec<String>, Vec<usize>) {
    let inline = slots.len() - input.arguments.len();
    let named = |name: &String| {
        let given = input.arguments.iter().position(|(other, _)| other.as_ref().is_some_and(|o| o == name));
        given.map(|index| inline + index).or_else(|| slots[..inline].iter().position(|s| s.variable == name))
    };
    let mut next = 0;
    let mut texts = vec![String::new()];
    let mut positions = Vec::new();
    for piece in pieces {
        if let Some(text) = texts.last_mut() {
            text.push_str(&piece.text);
        }
        let slot = match &piece.target {
            None => continue,
            Some(Target::Next) => {
                next += 1;
                Some(inline + next - 1)
            }
            Some(Target::Index(index)) => Some(inline + index),
            Some(Target::Name(name)) => named(name),
        };
        positions.push(slot.unwrap_or_default());
        texts.push(String::new());
    }
    (texts, positions)
}

/// An error, and an output of the right type.
fn stand_in(error: TokenStream) -> TokenStream {
    quote!({ #error ::atp_iac::Output::known(::std::string::String::new()) })
}
