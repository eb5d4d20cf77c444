//! The guide for operators: every command of it, after the accident that it is for.

use super::{done, file, name, on_files, says};
use crate::cli::tests::support::Bench;
use crate::ports::SeededRandom;
use crate::secrets::LocalKeyFile;
use crate::state::{Lease, RecoveryFiles, Wait};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

const BEN: &str = "up --yes --set guests=[ben]";

/// A stack to which something happened.
struct Accident {
    bench: Bench,
    folder: TempDir,
    /// What hinders others for as long as this lives.
    _lease: Option<Lease>,
}

impl Accident {
    /// A stack with `ben`, on files, with two backups.
    async fn none() -> Accident {
        let (bench, folder) = on_files();
        Accident::deployed(bench, folder).await
    }

    async fn deployed(mut bench: Bench, folder: TempDir) -> Accident {
        bench
            .files
            .insert("/shop/config/base.yaml".into(), "shop:\n  password: hunter2\n  guests: [ben]\n".into());
        let random = Arc::new(SeededRandom::new(3));
        bench.keys = Arc::new(LocalKeyFile::new(folder.path().join("secret.key"), random));
        done(&bench, "up --yes --set guests=[]").await;
        done(&bench, BEN).await;
        Accident { bench, folder, _lease: None }
    }

    /// The same in memory, where writes can be made to fail; `eve` was made, and cannot be written any more.
    async fn unwritten() -> Accident {
        let (mut bench, folder) = on_files();
        bench.store = Arc::new(bench.memory.clone());
        let Accident { mut bench, folder, .. } = Accident::deployed(bench, folder).await;
        bench.memory.fail_append(bench.memory.counters().appends + 3);
        bench.memory.fail_replace(bench.memory.counters().replaces + 1);
        assert_eq!(bench.run("up --yes --set guests=[ben,eve]").await.code, 1);
        bench.files.insert(
            "/shop/config/base.yaml".into(),
            "shop:\n  password: hunter2\n  guests: [ben,eve]\n".into(),
        );
        Accident { bench, folder, _lease: None }
    }

    async fn of(title: &str) -> Accident {
        let mut accident = match title {
            "Killed update" | "Full disk" | "Two writers" => Accident::unwritten().await,
            _ => Accident::none().await,
        };
        let Accident { bench, folder, _lease } = &mut accident;
        let at = |name: &str| file(folder, name);
        match title {
            "Killed update" => bench.recovery.list().unwrap().iter().for_each(|path| {
                bench.recovery.retire(path).unwrap();
            }),
            "Full disk" => {}
            "Two writers" => {
                // The other one looked before the call of the first had its effect.
                let made = bench.cloud.objects()["Test.Guest/eve"].clone();
                bench.cloud.remove("Test.Guest/eve");
                done(bench, BEN).await;
                bench.cloud.put("Test.Guest/eve", made);
            }
            "Lost lock" => {
                *_lease = Some(bench.store.lock(&name(), &bench.holder("agent"), Wait::NONE).await.unwrap());
            }
            "Damaged file" => {
                let bytes = fs::read(at("snapshot.json")).unwrap();
                fs::write(at("snapshot.json"), &bytes[..bytes.len() / 2]).unwrap();
            }
            "Deleted file" => fs::remove_file(at("snapshot.json")).unwrap(),
            "Wrong restore" => drop(done(bench, "state restore 1 --yes").await),
            "Lost key" => {
                fs::rename(folder.path().join("secret.key"), folder.path().join("kept.key")).unwrap()
            }
            "Deleted stack" => {
                let export = done(bench, "state export").await.out.into_bytes();
                bench.plans.0.lock().unwrap().insert(PathBuf::from("/shop/deep/kept.json"), export);
                fs::remove_dir_all(at("")).unwrap();
            }
            "Deleted resource" => bench.cloud.remove("Test.Guest/ben"),
            other => panic!("nobody knows how `{other}` happens"),
        }
        accident
    }

    /// What a person does, between the commands.
    fn by_hand(&self, title: &str) {
        if title == "Lost key" {
            fs::rename(self.folder.path().join("kept.key"), self.folder.path().join("secret.key")).unwrap();
        }
    }
}

/// The lines of the code blocks, by the title of their section.
fn sections() -> BTreeMap<&'static str, Vec<&'static str>> {
    let text = include_str!("../../../../../docs/state-accidents.md");
    let section = |section: &'static str| {
        let (title, rest) = section.split_once('\n').unwrap();
        let blocks = rest.split("```console\n").skip(1).map(|block| block.split("```").next().unwrap());
        (title, blocks.flat_map(str::lines).collect())
    };
    text.split("\n## ").skip(1).map(section).collect()
}

#[tokio::test]
async fn every_command_of_the_guide_does_what_the_guide_says() {
    let sections = sections();
    assert_eq!(sections.len(), 10);
    for (title, lines) in sections {
        let accident = Accident::of(title).await;
        assert!(lines.len() >= 3, "{title}");
        for line in lines {
            let Some(command) = line.strip_prefix("atp ") else {
                assert!(line.starts_with("# "), "{title}: {line}");
                accident.by_hand(title);
                continue;
            };
            let (command, code) = command.split_once("  # exits with ").unwrap_or((command, "0"));
            let ran = accident.bench.run(&format!("{command} --yes")).await;
            assert_eq!(ran.code.to_string(), code, "{title}: {line}\n{}{}", ran.out, ran.err);
        }
        let after = done(&accident.bench, "preview --refresh --json").await.out;
        says(&after, &[r#""has_changes":false"#]);
        let guests = accident.bench.cloud.objects().keys().filter(|id| id.starts_with("Test.Guest")).count();
        let expected = if matches!(title, "Killed update" | "Full disk" | "Two writers") { 2 } else { 1 };
        assert_eq!(guests, expected, "{title}: nothing is lost or made twice");
    }
}
