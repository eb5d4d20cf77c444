//! Components: reusable groups of resources.

use super::{Context, Result};

/// A reusable group of resources. `#[component]` on a struct of its arguments generates `new`, the setters and the
/// glue that lets [`Context::add`] take it; you write this trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it is made of",
    note = "write `impl Component for {Self}` with `type Outputs` and `fn build(self, cx: &mut Context)`"
)]
pub trait Component: Sized {
    /// What the user of the component gets.
    type Outputs;
    /// Declares the resources.
    ///
    /// # Errors
    /// As the calls in it do.
    fn build(self, cx: &mut Context) -> Result<Self::Outputs>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Setup;
    use crate::{Input, InputList, InputMap, Output, StackName, component};

    /// A pair of resources.
    #[component(type = "test:net:Pair")]
    #[derive(Clone, Debug)]
    pub struct Pair {
        /// Where.
        pub location: Input<String>,
        /// The prefixes.
        pub prefixes: InputList<String>,
        /// For people.
        pub title: String,
        #[component(default = 3)]
        pub zones: u32,
        #[component(default = "basic")]
        pub tier: String,
        /// Labels.
        #[component(default)]
        pub tags: InputMap<String>,
        pub note: Option<String>,
        pub peer: Option<Input<String>>,
    }

    impl Component for Pair {
        type Outputs = (String, Pair);
        fn build(self, cx: &mut Context) -> Result<Self::Outputs> {
            let declared = cx.register(
                "T",
                "test",
                "left",
                crate::Value::map().into(),
                crate::Options::new(),
                crate::program::Location { file: "x", line: 1 },
            )?;
            Ok((declared.urn().to_string(), self))
        }
    }

    /// A component without arguments.
    #[component]
    pub struct Empty;
    impl Component for Empty {
        type Outputs = ();
        fn build(self, _: &mut Context) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_has_no_default_is_an_argument_and_the_rest_is_set() {
        let mut cx = Context::new(StackName::new("dev", "north", "app").unwrap(), Setup::default());
        let pair = Pair::new(Output::known("north".to_owned()), ["10.0.0.0/8"], "Title")
            .tags([("a", "b")])
            .note("n")
            .zones(1)
            .peer("p");
        let (urn, built) = cx.add("pair", pair).unwrap();
        assert_eq!(urn, "urn:atp:dev:north:app::test:net:Pair$T::pair/left");
        assert_eq!((built.zones, built.tier.as_str(), built.note.as_deref()), (1, "basic", Some("n")));
        assert!(matches!(&built.prefixes, InputList::Items(items) if items.len() == 1));
        assert_eq!(built.title, "Title");
        assert!(matches!(built.location, Input::Output(_)) && matches!(built.peer, Some(Input::Value(_))));
        cx.add("empty", Empty::new()).unwrap();
        assert_eq!(Pair::new("north", [""; 0], "").zones, 3);
    }
}
