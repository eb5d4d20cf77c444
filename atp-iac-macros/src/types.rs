//! Looks at types as they are written.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, GenericArgument, Lit, Meta, PathArguments, Type};

/// The last word of a type's path: `Output` for `atp_iac::Output<String>`.
pub fn last_word(kind: &Type) -> Option<String> {
    match kind {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().map(|segment| segment.ident.to_string())
        }
        Type::Group(group) => last_word(&group.elem),
        Type::Paren(paren) => last_word(&paren.elem),
        _ => None,
    }
}

/// `T`, if the type is written as `name<T>` or `path::name<T>`.
pub fn argument_of<'a>(kind: &'a Type, name: &str) -> Option<&'a Type> {
    arguments_of(kind, name).first().copied()
}

/// `[A, B]`, if the type is written as `name<A, B>` or `path::name<A, B>`.
pub fn arguments_of<'a>(kind: &'a Type, name: &str) -> Vec<&'a Type> {
    match kind {
        Type::Path(path) if path.qself.is_none() => {
            let segment = path.path.segments.last().filter(|segment| segment.ident == name);
            let Some(PathArguments::AngleBracketed(arguments)) = segment.map(|segment| &segment.arguments)
            else {
                return Vec::new();
            };
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(kind) => Some(kind),
                _ => None,
            });
            types.collect()
        }
        Type::Group(group) => arguments_of(&group.elem, name),
        Type::Paren(paren) => arguments_of(&paren.elem, name),
        _ => Vec::new(),
    }
}

/// Tokens as a person writes them: no spaces around punctuation.
pub fn text_of(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut shown = text.clone();
    for mark in ["::", "<", ">", "(", ")", "[", "]", "!", "..=", "..", "&", "."] {
        shown = shown.replace(&format!(" {mark}"), mark).replace(&format!("{mark} "), mark);
    }
    shown.replace(" ,", ",")
}

/// A type without the paths that lead to its words, so that an import may change: `ResourceId<Subnet>`.
pub fn short_text_of(kind: &Type) -> String {
    let full = text_of(kind);
    let mut short = String::new();
    let mut word = String::new();
    let mut characters = full.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            ':' if characters.peek() == Some(&':') => {
                characters.next();
                word.clear();
            }
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            c => {
                short.push_str(&word);
                word.clear();
                short.push(c);
            }
        }
    }
    short.push_str(&word);
    short
}

/// The doc comment, its lines joined.
pub fn description(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    lines.join(" ").trim().to_owned()
}

/// The attributes that make up the doc comment.
pub fn docs(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).collect()
}

/// The tokens as if they stood at `span`, so that errors point there.
pub fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let inner = respan(group.stream(), span);
                token = proc_macro2::Group::new(group.delimiter(), inner).into();
            }
            token.set_span(span);
            token
        })
        .collect()
}

/// `FoundationOfAll` for `foundation_of_all`.
pub fn camel(name: &str) -> String {
    name.split('_')
        .map(|part| {
            let mut characters = part.chars();
            characters.next().map_or(String::new(), |c| c.to_uppercase().chain(characters).collect())
        })
        .collect()
}

/// `zone-redundant` for `ZoneRedundant`.
pub fn kebab(name: &str) -> String {
    let mut text = String::new();
    let mut before = None;
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let boundary = before.is_some_and(|b: char| !b.is_uppercase() || next_lower);
        if c.is_uppercase() && boundary {
            text.push('-');
        }
        text.extend(c.to_lowercase());
        before = Some(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_case() {
        assert_eq!(camel("aks_primary"), "AksPrimary");
        assert_eq!(kebab("ZoneRedundant"), "zone-redundant");
        assert_eq!(kebab("StandardLRS"), "standard-lrs");
        assert_eq!(kebab("AKSCluster"), "aks-cluster");
    }

    #[test]
    fn a_type_is_shown_as_it_is_written_or_without_paths() {
        let kind: Type = syn::parse_str("atp_iac::Output<BTreeMap<String, a::b::Id<c::D>>>").unwrap();
        assert_eq!(text_of(&kind), "atp_iac::Output<BTreeMap<String, a::b::Id<c::D>>>");
        assert_eq!(short_text_of(&kind), "Output<BTreeMap<String, Id<D>>>");
        assert_eq!(argument_of(&kind, "Output").map(last_word).unwrap().unwrap(), "BTreeMap");
    }
}
