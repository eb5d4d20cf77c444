//! `export arm`: the templates that make what the stacks make.

use crate::{Planned, planned_with};
use async_trait::async_trait;
use atp_azure::export::{Parameter, Template, template};
use atp_iac::StackName;
use atp_iac::cli::clap::{Arg, ArgMatches, Command, value_parser};
use atp_iac::cli::{ExtraCommand, Failure, Invocation, exit};
use std::path::{Path, PathBuf};

/// Writes templates of Azure Resource Manager.
#[derive(Debug)]
pub struct Export;

/// The template of a stack.
struct Exported {
    name: StackName,
    template: Template,
}

#[async_trait]
impl ExtraCommand for Export {
    fn definition(&self) -> Command {
        let output = Arg::new("output").long("output").value_name("PATH");
        let output = output.value_parser(value_parser!(PathBuf));
        let output =
            output.help("A file that ends in .json, or a folder; without it, one template is printed");
        let arm = Command::new("arm")
            .about("Writes templates of Azure Resource Manager that make from nothing what stacks make")
            .long_about(
                "Writes templates of Azure Resource Manager that make from nothing what stacks make: the stack that \
                 --stack names, or all of the region. They are for deployments to the subscription. What only the \
                 program can compute, and every secret, is a parameter; the parameters are listed.",
            )
            .arg(output);
        Command::new("export")
            .about("Writes what stacks make in the form of other tools")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(arm)
    }

    async fn run(&self, matches: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
        let Some(("arm", matches)) = matches.subcommand() else {
            return Err(Failure::usage("export to which form?", "say `export arm`"));
        };
        let exported: Vec<Exported> = chosen(invocation)?.iter().map(exported).collect::<Result<_, _>>()?;
        match (matches.get_one::<PathBuf>("output"), exported.as_slice()) {
            (None, [only]) => invocation.data(&text(only)),
            (None, _) => {
                let hint = "say where to with `--output FOLDER`, or choose one with `--stack NAME`";
                return Err(Failure::usage("there are several templates to write", hint));
            }
            (Some(path), [_, _, ..]) if is_file(path) => {
                let message =
                    format!("{} is one file, and there are several templates to write", path.display());
                return Err(Failure::usage(message, "name a folder, or choose one with `--stack NAME`"));
            }
            (Some(path), exported) => {
                for exported in exported {
                    let path = file(path, exported);
                    write(&path, &text(exported))?;
                    invocation.note(&format!("{}", path.display()));
                }
            }
        }
        exported.iter().for_each(|exported| list_parameters(exported, invocation));
        Ok(exit::DONE)
    }
}

/// The stack that is named, or all of the region.
fn chosen(invocation: &Invocation<'_>) -> Result<Vec<Planned>, Failure> {
    let environment = invocation.environment()?;
    let region = invocation.region(environment)?;
    let stack = invocation.stack();
    if let Some(stack) = stack {
        invocation.target(environment, &region, stack)?;
    }
    let config = |name: &StackName| {
        let target = invocation.target(&name.environment, &name.region, &name.stack);
        target.and_then(|target| target.config()).map_err(|error| error.to_string())
    };
    let planned = planned_with(invocation.project(), environment, config);
    let planned = planned.map_err(|error| Failure::failed(error.to_string()))?;
    let is_chosen = |planned: &Planned| {
        let name = &planned.plan.stack;
        name.region == region && stack.is_none_or(|stack| stack == name.stack)
    };
    Ok(planned.into_iter().filter(is_chosen).collect())
}

fn exported(planned: &Planned) -> Result<Exported, Failure> {
    let Planned { plan, subscription, .. } = planned;
    let template = template(plan, subscription).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(Exported { name: plan.stack.clone(), template })
}

/// Where a template goes: into a file that is named, or into a folder.
fn file(path: &Path, exported: &Exported) -> PathBuf {
    let StackName { environment, region, stack } = &exported.name;
    match is_file(path) {
        true => path.to_owned(),
        false => path.join(format!("{environment}-{region}-{stack}.json")),
    }
}

fn is_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = folder.map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| {
        Failure::failed(format!("{} cannot be written", path.display()))
            .with_cause(error)
            .with_hint("choose another place with `--output`")
    })
}

fn text(exported: &Exported) -> String {
    format!("{:#}\n", exported.template.json)
}

/// What whoever deploys a template has to give.
fn list_parameters(exported: &Exported, invocation: &Invocation<'_>) {
    let Exported { name, template: Template { parameters, .. } } = exported;
    if invocation.json() || parameters.is_empty() {
        return;
    }
    invocation.note(&format!("{name} asks for {} parameters:", parameters.len()));
    for (name, Parameter { kind, description, .. }) in parameters {
        invocation.note(&format!("  {name} ({kind}): {description}"));
    }
}
