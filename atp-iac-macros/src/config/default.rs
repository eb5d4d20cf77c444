//! What a field is where nothing is given.

use crate::arguments::Argument;
use crate::errors::Errors;
use crate::types::{last_word, text_of};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprLit, ExprRange, Lit, RangeLimits, Type, UnOp};

/// A default.
pub struct Given {
    /// Nothing: that of the type.
    expression: Option<Expr>,
    kind: Option<String>,
}

impl Given {
    pub fn new(argument: &Argument, kind: &Type) -> Self {
        Given { expression: argument.value.clone(), kind: last_word(kind) }
    }

    /// The value. A text literal may stand for a `String` or a `Cidr`.
    pub fn value(&self) -> TokenStream {
        let Some(expression) = &self.expression else { return quote!(::core::default::Default::default()) };
        let is_text = matches!(expression, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }));
        match self.kind.as_deref() {
            Some("String") if is_text => quote!(::std::string::String::from(#expression)),
            Some("Cidr") if is_text => quote!({
                const DEFAULT: ::atp_iac::Cidr = ::atp_iac::Cidr::literal(#expression);
                DEFAULT
            }),
            _ => quote!(#expression),
        }
    }

    /// For documentation.
    pub fn text(&self) -> String {
        match &self.expression {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => text.value(),
            Some(expression) => text_of(expression),
            None => match self.kind.as_deref() {
                Some("bool") => "false".into(),
                Some("String") => "\"\"".into(),
                Some("Vec") => "[]".into(),
                Some("BTreeMap") => "{}".into(),
                Some("u8" | "u16" | "u32" | "u64" | "i32" | "i64" | "f64") => "0".into(),
                _ => "that of the type".into(),
            },
        }
    }

    /// Refuses a default outside of the field's own range, as far as both are literals.
    pub fn check(&self, range: &ExprRange, errors: &mut Errors) {
        let Some(expression) = &self.expression else { return };
        let Some(value) = whole(expression) else { return };
        let low = range.start.as_deref().and_then(whole);
        let high = range.end.as_deref().and_then(whole);
        let above = high.is_some_and(|high| match range.limits {
            RangeLimits::Closed(_) => value > high,
            RangeLimits::HalfOpen(_) => value >= high,
        });
        if above || low.is_some_and(|low| value < low) {
            errors.at(expression, format!("the default {value} is not in the range {}", text_of(range)));
        }
    }
}

fn whole(expression: &Expr) -> Option<i128> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => whole(&unary.expr).map(|value| -value),
        _ => None,
    }
}
