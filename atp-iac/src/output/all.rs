//! Several outputs as one.

use super::{Origin, Output, Resolved};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A tuple of outputs, for [`all`].
#[diagnostic::on_unimplemented(
    message = "`all` takes a tuple of outputs, got `{Self}`",
    label = "not a tuple of `Output<..>`",
    note = "wrap a plain value in `Output::known(..)`; at most 8 outputs, nest `all` for more"
)]
pub trait OutputTuple {
    /// The tuple of the values.
    type Joined;
    #[doc(hidden)]
    fn join(self) -> Output<Self::Joined>;
}

/// Joins outputs: dependencies are united, secrecy is or-ed, unknown wins.
pub fn all<T: OutputTuple>(outputs: T) -> Output<T::Joined> {
    outputs.join()
}

macro_rules! tuples { ($(($($type:ident $value:ident $index:tt),+)),+ $(,)?) => {$(
    #[diagnostic::do_not_recommend]
    impl<$($type: Clone + Send + Sync + 'static),+> OutputTuple for ($(Output<$type>,)+) {
        type Joined = ($($type,)+);
        fn join(self) -> Output<Self::Joined> {
            let mut dependencies = BTreeSet::new();
            $(dependencies.extend(self.$index.dependencies.iter().cloned());)+
            Output {
                dependencies: Arc::new(dependencies),
                secret: false $(|| self.$index.secret)+,
                origin: Origin::Computed([$(self.$index.origin.clone()),+].into()),
                evaluate: Arc::new(move |resolver| {
                    $(let $value = self.$index.resolve(resolver)?;)+
                    let secret = false $(|| $value.secret)+;
                    Ok(Resolved { value: (|| Some(($($value.value?,)+)))(), secret })
                }),
            }
        }
    }
)+} }
tuples!(
    (A a 0),
    (A a 0, B b 1),
    (A a 0, B b 1, C c 2),
    (A a 0, B b 1, C c 2, D d 3),
    (A a 0, B b 1, C c 2, D d 3, E e 4),
    (A a 0, B b 1, C c 2, D d 3, E e 4, F f 5),
    (A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6),
    (A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7),
);

/// Joins outputs that have names: unknown as long as one of them is.
pub fn all_named<T: Clone + Send + Sync + 'static>(
    outputs: impl IntoIterator<Item = (String, Output<T>)>,
) -> Output<BTreeMap<String, T>> {
    let outputs: Vec<(String, Output<T>)> = outputs.into_iter().collect();
    Output {
        dependencies: Arc::new(outputs.iter().flat_map(|(_, o)| o.dependencies.iter().cloned()).collect()),
        secret: outputs.iter().any(|(_, output)| output.secret),
        origin: Origin::Computed(outputs.iter().map(|(_, output)| output.origin.clone()).collect()),
        evaluate: Arc::new(move |resolver| {
            let mut joined = Some(BTreeMap::new());
            let mut secret = false;
            for (name, output) in &outputs {
                let resolved = output.resolve(resolver)?;
                secret |= resolved.secret;
                joined = joined.zip(resolved.value).map(|(mut joined, value)| {
                    joined.insert(name.clone(), value);
                    joined
                });
            }
            Ok(Resolved { value: joined, secret })
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StackName;
    use crate::output::NothingKnown;
    use crate::value::{Kind, Value};

    #[test]
    fn outputs_with_names_are_joined_and_wait_for_the_last() {
        let named = |outputs: Vec<Output<u32>>| {
            let names = ["a", "b"].map(str::to_owned);
            all_named(names.into_iter().zip(outputs))
        };
        let joined = named(vec![Output::known(1), Output::known(2)]).resolve(&NothingKnown);
        let expected = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(joined.map(|resolved| resolved.value), Ok(Some(expected)));
        let unknown = Value::unknown(Kind::Number, "later");
        let stack = StackName::new("dev", "north", "net").unwrap();
        let size = Output::of_planned(Origin::Literal("later".into()), &stack, "size", unknown);
        let waiting = named(vec![Output::known(1), size]);
        assert_eq!(waiting.resolve(&NothingKnown).map(|resolved| resolved.value), Ok(None));
    }
}
