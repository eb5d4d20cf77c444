//! The macros of atp-iac. Use them through that crate.
//!
//! Invariant: a mistake in what a macro is given becomes one message at the mistake; the item is emitted all the same,
//! with a stand-in for what could not be generated, so that nothing else fails because of it.

mod arguments;
mod component;
mod config;
mod errors;
mod format;
mod outputs;
mod stack;
mod types;

use proc_macro::TokenStream;

/// Makes a function the program of a stack.
///
/// ```
/// use atp_iac::{Config, Context, Output, Outputs, Result, StackContract, StackRef, stack};
///
/// /// What the foundation has to know.
/// #[derive(Config)]
/// pub struct FoundationConfig {
///     /// Days that deleted secrets are kept.
///     #[config(default = 90, range = 7..=90)]
///     pub soft_delete_days: u32,
/// }
///
/// /// What other stacks may use.
/// #[derive(Outputs)]
/// pub struct FoundationOutputs {
///     /// The subnet of the cluster.
///     pub subnet: Output<String>,
/// }
///
/// /// Networks and vaults.
/// #[stack(layer = Foundation)]
/// pub fn foundation(cx: &mut Context, config: FoundationConfig) -> Result<FoundationOutputs> {
///     // cx.add("net", ..)?
///     Ok(FoundationOutputs { subnet: Output::known("default".to_owned()) })
/// }
///
/// /// The cluster.
/// #[stack(layer = Infrastructure)]
/// pub fn aks(cx: &mut Context, foundation: StackRef<Foundation>) -> Result<()> {
///     let subnet = &foundation.subnet;
///     Ok(())
/// }
/// assert_eq!(Aks::NAME, "aks");
/// ```
///
/// The function stays. Beside it stands `pub struct Aks;`, which implements `StackContract` and `Stack`.
///
/// - The first parameter is `cx: &mut Context`. The others may stand in any order: at most one configuration, a type
///   with `#[derive(Config)]`, and one `StackRef<Other>` for each stack that this one refers to.
/// - `Option<StackRef<Other, Primary>>` is the stack `Other` in the primary region, and `None` where this one stands there
///   itself; `atp_iac::Place` says which places there are besides.
/// - `layer` is a layer of `atp_iac::layers`, or the path of one of your own. It must be above those of all stacks
///   that are referred to in the same region.
/// - `name = "..."` is the name of the stack; without it, that of the function.
#[proc_macro_attribute]
pub fn stack(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(arguments.into(), item.into()).into()
}

/// Makes a struct of `Output<..>` fields what a stack returns. It implements `Clone` too: do not derive that.
#[proc_macro_derive(Outputs)]
pub fn outputs(item: TokenStream) -> TokenStream {
    outputs::expand(item.into()).into()
}

/// Makes a struct a component: a reusable group of resources.
///
/// ```
/// use atp_iac::{Component, Context, Input, Result, component};
///
/// /// A network with its subnets.
/// #[component]
/// pub struct Network {
///     /// Where it is.
///     pub location: Input<String>,
///     /// How many zones it spans.
///     #[component(default = 3)]
///     pub zones: u32,
/// }
///
/// impl Component for Network {
///     type Outputs = ();
///     fn build(self, cx: &mut Context) -> Result<()> {
///         Ok(()) // cx.add("subnet", ..)?
///     }
/// }
///
/// # fn program(cx: &mut Context) -> Result<()> {
/// cx.add("net", Network::new("westeurope").zones(2))
/// # }
/// ```
///
/// Fields are `Input<T>`, `InputList<T>`, `InputMap<T>` or plain types. Those without a default are the arguments of
/// `new`, in their order. `Option<T>`, `#[component(default)]` and `#[component(default = expression)]` make setters.
/// `#[component(type = "atp:network:Network")]` on the struct is the type in URNs; without it, `component:Network`.
#[proc_macro_attribute]
pub fn component(arguments: TokenStream, item: TokenStream) -> TokenStream {
    component::expand(arguments.into(), item.into()).into()
}

/// Makes a struct readable from configuration, or an enum of plain variants a choice of kebab-case words.
///
/// ```
/// use atp_iac::{Config, ConfigTree};
///
/// #[derive(Config)]
/// struct Settings {
///     /// Days that deleted secrets are kept.
///     #[config(default = 90, range = 7..=90)]
///     soft_delete_days: u32,
/// }
///
/// let error = ConfigTree::from_yaml("prod.yaml", "soft_delete_days: 120")?.read::<Settings>().err();
/// assert_eq!(error.unwrap().to_string(), "prod.yaml:1: soft_delete_days: 120 is not in 7..=90");
/// # Ok::<(), atp_iac::config::ConfigError>(())
/// ```
///
/// On a field:
/// - `#[config(default = expression)]`, `#[config(default)]`: what it is where nothing is given;
/// - `#[config(range = 7..=90)]`: bounds of a number;
/// - `#[config(length = 1..=24)]`: bounds of the length of a text (in characters), a list or a map;
/// - `#[config(name = "...")]`: its name in files.
///
/// On the struct, `#[config(check = path)]` names a function `fn(&Self) -> Result<(), String>`, which is called when
/// every field is good. On a variant, `#[config(name = "...")]` is its word.
#[proc_macro_derive(Config, attributes(config))]
pub fn config(item: TokenStream) -> TokenStream {
    config::expand(item.into()).into()
}

/// Formats outputs: `out_format!("https://{host}:{}", port)` is an `Output<String>`.
///
/// The literal and the arguments are as in `format!`; each argument is an `Output<T>` or a plain value.
#[proc_macro]
pub fn out_format(input: TokenStream) -> TokenStream {
    format::expand(input.into()).into()
}
