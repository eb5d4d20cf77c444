//! Commands that a binary adds.

use super::support::{Bench, Ran, same};
use crate::cli::{Answer, ExtraCommand, Failure, Invocation, Terminal, exit};
use crate::engine::{Kind, UpdateOptions};
use async_trait::async_trait;
use clap::{Arg, ArgMatches, Command};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Does what its argument says.
struct Say {
    name: &'static str,
    presses: Option<watch::Sender<u32>>,
}

#[async_trait]
impl ExtraCommand for Say {
    fn definition(&self) -> Command {
        Command::new(self.name).about("Says something").arg(Arg::new("what").required(true))
    }

    async fn run(&self, matches: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
        let what = matches.get_one::<String>("what").map_or("", String::as_str);
        match what {
            "where" => {
                let environment = invocation.environment()?;
                let region = invocation.region(environment)?;
                let stack = invocation.stack().unwrap_or("any");
                invocation.note(&format!("on {}", invocation.cloud()));
                invocation.data(&format!("{environment}/{region}/{stack}\n"));
                Ok(exit::DONE)
            }
            "plan" => {
                for region in &invocation.project().environment("dev")?.regions {
                    let target = invocation.target("dev", region, "shop")?;
                    let config = target.config()?;
                    let engine = target.connect(&config)?;
                    let deployment = target.deployment(config)?;
                    let preview = engine.preview(&deployment, Kind::Up, &UpdateOptions::default()).await?;
                    let count = preview.plan.counts().create;
                    invocation.data(&format!("{} creates {count}\n", target.name()));
                }
                Ok(exit::DONE)
            }
            "ask" => {
                invocation.confirm("Speak?", "speak")?;
                invocation.data("hello\n");
                Ok(exit::CHANGES)
            }
            "stack" => invocation.target("dev", "north", "shopp").map(|_| exit::DONE),
            "wait" | "work" => {
                let interrupt = (what == "work").then(|| invocation.interrupt());
                if let Some(presses) = &self.presses {
                    presses.send_modify(|count| *count += 1);
                }
                while !interrupt.is_some_and(|interrupt| interrupt.is_raised()) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                invocation.data("put away\n");
                Err(Failure::Interrupted)
            }
            other => Err(Failure::failed(format!("cannot say `{other}`"))
                .with_hint("say `where`")
                .with_cause("no voice")),
        }
    }
}

fn bench(names: &[&'static str]) -> Bench {
    let mut bench = Bench::new();
    for name in names {
        bench.extra.push(Arc::new(Say { name, presses: Some(bench.presses.clone()) }));
    }
    bench
}

async fn say(arguments: &str) -> Ran {
    bench(&["say"]).run(arguments).await
}

#[tokio::test]
async fn an_added_command_is_listed_with_the_others_and_explained() {
    let help = say("--help").await;
    let lists = |name: &str, about: &str| {
        let mut lines = help.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.any(|line| line.starts_with(&format!("{name} {about}")))
    };
    assert!(lists("up", "Brings the stack") && lists("say", "Says something"), "{}", help.out);
    let own = say("say --help").await;
    assert!(
        own.out.contains("Usage: atp say [OPTIONS] <what>") && own.out.contains("--region"),
        "{}",
        own.out
    );
    let wrong = say("say").await;
    assert!(wrong.code == 1 && wrong.err.contains("<what>"), "{}", wrong.err);
}

#[tokio::test]
async fn an_added_command_has_the_global_options() {
    let ran = say("say where").await;
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "dev/north/shop\n", "on simulator\n"));
    same(&say("--region south say where").await.out, "dev/south/shop\n");
    let azure = say("say where --region south --cloud azure --json").await;
    assert_eq!((azure.out.as_str(), azure.err.as_str()), ("dev/south/shop\n", ""));
}

#[tokio::test]
async fn an_added_command_works_with_any_stack_of_any_region() {
    let bench = bench(&["say"]);
    bench.run("up --yes --region south").await;
    same(&bench.run("say plan").await.out, "dev/north/shop creates 2\ndev/south/shop creates 0\n");
    let wrong = bench.run("say stack").await;
    assert!(wrong.err.contains("unknown stack `shopp`; did you mean `shop`?"), "{}", wrong.err);
}

#[tokio::test]
async fn errors_of_an_added_command_are_told_like_others() {
    let ran = say("say nonsense").await;
    same(&ran.err, "error: cannot say `nonsense`\n  because: no voice\n  way out: say `where`\n");
    assert_eq!(ran.code, 1);
    let region = say("say where --region west").await;
    assert!(region.err.contains("unknown region `west`"), "{}", region.err);
    let json = say("say nonsense --json").await;
    assert!(json.out.contains(r#""event":"error""#) && json.out.contains(r#""exit_code":1"#), "{}", json.out);
}

#[tokio::test]
async fn an_added_command_asks_as_others_do() {
    let mut bench = bench(&["say"]);
    let nobody = bench.run("say ask").await;
    assert_eq!((nobody.code, nobody.out.as_str()), (3, ""));
    assert!(nobody.err.starts_with("error: nobody can be asked whether to speak\n"), "{}", nobody.err);
    assert_eq!(bench.run("say ask --yes").await.code, 2);
    bench.terminal = Terminal { input: true, error: true, width: None };
    for (answer, code) in [("y", 2), ("no", 3)] {
        bench.answer = Answer::Line(answer.into());
        let ran = bench.run("say ask --no-color").await;
        assert_eq!(ran.code, code, "{answer}: {}", ran.err);
        assert!(ran.err.starts_with("\nSpeak? [y/N] "), "{}", ran.err);
    }
}

#[tokio::test]
async fn ctrl_c_ends_an_added_command_unless_it_asks_to_put_its_things_away() {
    let left = say("say wait").await;
    assert_eq!((left.code, left.out.as_str()), (130, ""));
    let stopped = say("say work").await;
    assert_eq!((stopped.code, stopped.out.as_str()), (130, "put away\n"));
    assert!(stopped.err.starts_with("stopping: "), "{}", stopped.err);
}

#[tokio::test]
async fn two_commands_of_one_name_are_refused_whatever_is_typed() {
    for names in [&["up"][..], &["help"], &["say", "say"]] {
        let ran = bench(names).run("preview").await;
        let name = names[0];
        same(&ran.err, &format!("error: this program is built wrongly: it has two commands `{name}`\n"));
        assert_eq!(ran.code, 1);
    }
}
