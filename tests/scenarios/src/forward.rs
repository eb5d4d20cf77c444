//! For providers that stand before the one in their field `cloud`.

/// What a provider says without a call to its cloud: all that the one behind it says.
macro_rules! without_calls {
    () => {
        fn name(&self) -> &str {
            self.cloud.name()
        }

        fn describe(&self) -> String {
            self.cloud.describe()
        }

        fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
            self.cloud.check(kind, inputs)
        }

        fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
            self.cloud.id(kind, inputs)
        }

        fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
            self.cloud.predict(kind, inputs, current)
        }

        fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
            self.cloud.diff(kind, old, new)
        }

        fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
            self.cloud.drift(kind, old, observed)
        }

        fn inputs_of(&self, kind: &str, id: &str, outputs: &Value) -> Option<Value> {
            self.cloud.inputs_of(kind, id, outputs)
        }
    };
}

pub(crate) use without_calls;
