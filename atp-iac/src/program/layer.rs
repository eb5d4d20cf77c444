//! The order of layers, checked by the compiler.

/// A layer of the estate.
pub trait Layer: 'static {
    /// 0 is the lowest.
    const RANK: u8;
    /// For messages.
    const NAME: &'static str;
}

/// `Self` may depend on `Lower`.
#[diagnostic::on_unimplemented(
    message = "a stack in layer `{Self}` cannot refer to a stack in layer `{Lower}`",
    label = "`{Lower}` is not below `{Self}`",
    note = "references point down only; see the `layers!` declaration for the order"
)]
pub trait Above<Lower: Layer>: Layer {}

/// Not public API: the bound behind `StackRef<..>` parameters.
#[doc(hidden)]
pub fn above<Upper: Above<Lower>, Lower: Layer>() {}

/// Declares the layers of an estate from the lowest to the highest, in a module.
///
/// ```
/// atp_iac::layers! {
///     /// The layers of our estate.
///     pub mod layers {
///         /// Networks and identities.
///         Base,
///         /// Everything else.
///         Apps,
///     }
/// }
/// # use atp_iac::Layer;
/// assert_eq!(layers::Apps::RANK, 1);
/// ```
#[macro_export]
macro_rules! layers {
    ($(#[$outer:meta])* $visibility:vis mod $module:ident { $($(#[$meta:meta])* $name:ident),+ $(,)? }) => {
        $(#[$outer])*
        $visibility mod $module {
            $crate::layers!(@step 0u8; []; $($(#[$meta])* $name),+);
        }
    };
    (@step $rank:expr; [$($below:ident)*]; $(#[$meta:meta])* $name:ident $(, $(#[$m:meta])* $rest:ident)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl $crate::Layer for $name {
            const RANK: u8 = $rank;
            const NAME: &'static str = stringify!($name);
        }
        $(#[diagnostic::do_not_recommend] impl $crate::Above<$below> for $name {})*
        $crate::layers!(@step $rank + 1; [$($below)* $name]; $($(#[$m])* $rest),*);
    };
    (@step $rank:expr; [$($below:ident)*];) => {};
}

layers! {
    /// The standard layers. `#[stack(layer = Foundation)]` means `layers::Foundation`; a path such as
    /// `layer = crate::layers::Base` means your own.
    pub mod layers {
        /// Resource groups, networks, vaults, identities, workspaces.
        Foundation,
        /// Clusters, databases, storage, messaging.
        Infrastructure,
        /// What watches and governs the infrastructure: alerts, dashboards, policies, budgets.
        Operations,
        /// What runs on the infrastructure.
        Application,
    }
}
