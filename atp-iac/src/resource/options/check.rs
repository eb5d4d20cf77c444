//! What is wrong with options, whatever they are options of.

use super::Options;

/// What options are given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declares {
    Resource,
    Component,
    Query,
}

/// An option that cannot be what it is, or that means nothing where it is given.
pub(crate) struct WrongOption {
    pub option: &'static str,
    /// What is wrong with it, and the way out.
    pub problem: String,
}

impl Options {
    /// The first option that cannot be what it is, or that means nothing here. In silence, it would do nothing.
    pub(crate) fn wrong(&self, declares: Declares) -> Option<WrongOption> {
        let patterns = [
            ("ignore_changes", &self.ignore_changes),
            ("replace_on_changes", &self.replace_on_changes),
            ("additional_secret_outputs", &self.secret_outputs),
            ("hide_diff", &self.hide_diff),
        ];
        let wrong = patterns
            .into_iter()
            .find_map(|(option, paths)| Some(WrongOption { option, problem: paths.wrong()?.to_string() }));
        wrong.or_else(|| {
            let (given, problem) = match declares {
                Declares::Resource => (
                    self.import.as_ref().is_some_and(String::is_empty).then_some("import"),
                    "needs the id that the resource has in the cloud, and is given none\n  way out: give the id, or take it \
                     away where the resource is to be created",
                ),
                Declares::Component => (
                    self.of_resources_only(),
                    "is for single resources, and this is a component\n  way out: give it to a resource in the \
                     component, or to all of them by a `transform`",
                ),
                Declares::Query => (
                    self.of_resources_only().or_else(|| self.of_what_is_managed()),
                    "is for what is managed, and this is only read\n  way out: take it away; a query can have a \
                     parent, a provider, and what it waits for",
                ),
            };
            given.map(|option| WrongOption { option, problem: problem.to_owned() })
        })
    }

    /// An option that says something of one resource.
    fn of_resources_only(&self) -> Option<&'static str> {
        let given = [
            ("ignore_changes", !self.ignore_changes.is_empty()),
            ("replace_on_changes", !self.replace_on_changes.is_empty()),
            ("replacement_trigger", self.replacement_trigger.is_some()),
            ("replace_with", !self.replace_with.is_empty()),
            ("delete_before_replace", self.delete_before_replace.is_some()),
            ("import", self.import.is_some()),
            ("timeouts", self.timeouts != super::Timeouts::default()),
            ("additional_secret_outputs", !self.secret_outputs.is_empty()),
            ("hook", !self.hooks.is_empty()),
            ("on_error", !self.on_error.is_empty()),
            ("hide_diff", !self.hide_diff.is_empty()),
        ];
        given.into_iter().find_map(|(name, given)| given.then_some(name))
    }

    /// An option that says how something is managed, that what is in a component takes from it.
    fn of_what_is_managed(&self) -> Option<&'static str> {
        let given = [
            ("protect", self.protect.is_some()),
            ("retain_on_delete", self.retain.is_some()),
            ("deleted_with", self.deleted_with.is_some()),
            ("alias", !self.aliases.is_empty()),
            ("adopt_if_exists", self.adopt_if_exists.is_some()),
            ("transform", !self.transforms.is_empty()),
        ];
        given.into_iter().find_map(|(name, given)| given.then_some(name))
    }
}
