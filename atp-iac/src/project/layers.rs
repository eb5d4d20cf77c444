//! The configuration files of a project.

use super::{Files, Project, ProjectError, read};
use crate::config::{ConfigTree, LayerFile};

impl Project {
    /// The configuration of a stack: `base.yaml`, `<environment>.yaml` and `<environment>-<region>.yaml`, the later over
    /// the earlier. Only the first must be there. An instance has the files of its environment; an environment that is
    /// like another one has the files of that one below its own. `known_stacks` are the names of all stacks.
    ///
    /// # Errors
    /// When the environment or region is not declared, or everything that is wrong with the files.
    pub fn load_config(
        &self,
        files: &dyn Files,
        environment: &str,
        region: &str,
        stack: &str,
        known_stacks: &[&str],
    ) -> Result<ConfigTree, ProjectError> {
        self.check_region(environment, region)?;
        let environments = self.configured_as(environment);
        let home = environments.last().copied().unwrap_or(environment);
        let of_environment = |name: &&str| [(*name).to_owned(), format!("{name}-{region}")];
        let names = ["base".to_owned()].into_iter().chain(environments.iter().flat_map(of_environment));
        let mut texts = Vec::new();
        for (index, name) in names.enumerate() {
            let path = self.root.join(&self.config).join(format!("{name}.yaml"));
            match read(files, &path)? {
                Some(text) => texts.push((self.shown(&name), text)),
                None if index == 0 => return Err(ProjectError::NoBase { path }),
                None => {}
            }
        }
        let layers: Vec<LayerFile<'_>> = texts.iter().map(|(name, text)| LayerFile { name, text }).collect();
        Ok(ConfigTree::from_layers(&layers, stack, known_stacks, &self.shown(home))?)
    }

    /// The file of an environment, or of the one that it is an instance of, and its name in messages.
    #[cfg(feature = "cli")]
    pub(crate) fn config_file(&self, environment: &str) -> (std::path::PathBuf, String) {
        let name = self.configured_as(environment).last().copied().unwrap_or(environment);
        (self.root.join(&self.config).join(format!("{name}.yaml")), self.shown(name))
    }

    /// A file of the configuration as messages name it: relative to the project.
    fn shown(&self, name: &str) -> String {
        format!("{}/{name}.yaml", self.config.display())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::disk;
    use super::*;
    use std::path::Path;

    #[derive(Debug, PartialEq, crate::Config)]
    struct Settings {
        /// Days.
        #[config(range = 7..=90)]
        days: u32,
        owner: String,
    }

    fn load(files: &[(&str, &str)]) -> Result<ConfigTree, ProjectError> {
        let mut files = disk(files);
        let project = "name: a\nenvironments: {prod: {regions: [north, south]}}";
        files.insert("/w/atp.yaml".into(), project.into());
        let project = Project::find(&files, Path::new("/w")).unwrap();
        project.load_config(&files, "prod", "north", "net", &["net", "app"])
    }

    #[test]
    fn the_file_of_the_region_wins_over_the_environment_and_that_over_base() {
        let tree = load(&[
            ("/w/config/base.yaml", "common: {owner: anna}\nnet: {days: 7}"),
            ("/w/config/prod.yaml", "net: {days: 30}"),
            ("/w/config/prod-north.yaml", "net: {days: 60}"),
            ("/w/config/prod-south.yaml", "net: {days: 80}"),
        ]);
        assert_eq!(tree.unwrap().read::<Settings>().unwrap(), Settings { days: 60, owner: "anna".into() });
    }

    #[test]
    fn an_environment_that_is_like_another_one_has_its_values_unless_it_gives_others() {
        let files = disk(&[
            (
                "/w/atp.yaml",
                "name: a\nenvironments: {dev: {regions: [north]}, pre: {regions: [north], like: dev, instances: true}}",
            ),
            ("/w/config/base.yaml", "net: {days: 7, owner: anna}"),
            ("/w/config/dev-north.yaml", "net: {days: 30, owner: ben}"),
            ("/w/config/pre.yaml", "net: {owner: carl}"),
        ]);
        let project = Project::find(&files, Path::new("/w")).unwrap();
        let tree = project.load_config(&files, "pre-1", "north", "net", &["net"]).unwrap();
        assert_eq!(tree.read::<Settings>().unwrap(), Settings { days: 30, owner: "carl".into() });
    }

    #[test]
    fn only_base_must_be_there() {
        let error = load(&[("/w/config/prod.yaml", "")]).unwrap_err().to_string();
        assert!(error.starts_with("/w/config/base.yaml is missing\n  way out: create it"), "{error}");
        let error = load(&[("/w/config/base.yaml", "")]).unwrap().read::<Settings>().unwrap_err().to_string();
        assert_eq!(
            error,
            "config/prod.yaml: net.days: missing: add `days:` under `net:`, a whole number in 7..=90 (Days.)\n\
             config/prod.yaml: net.owner: missing: add `owner:` under `net:`, a text"
        );
    }

    #[test]
    fn a_bad_value_names_the_file_and_line_that_it_stands_in() {
        let tree = load(&[
            ("/w/config/base.yaml", "net:\n  owner: anna\n"),
            ("/w/config/prod.yaml", "# prod\nnet:\n  days: 120\n"),
        ]);
        assert_eq!(
            tree.unwrap().read::<Settings>().unwrap_err().to_string(),
            "config/prod.yaml:3: net.days: 120 is not in 7..=90"
        );
    }
}
