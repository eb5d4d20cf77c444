//! Several outputs as one.

use super::{Origin, Output, Resolved};
use std::collections::BTreeSet;
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
