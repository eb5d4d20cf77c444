//! What is wrong is said in a way that helps, and ends with the right code.

use super::support::{Bench, same};
use crate::state::Wait;
use std::io;

async fn fails(bench: &Bench, arguments: &str, code: u8, expected: &str) {
    let ran = bench.run(arguments).await;
    same(&ran.err, expected);
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{arguments}");
}

#[tokio::test]
async fn an_unknown_command_is_guessed() {
    let ran = Bench::new().run("preveiw").await;
    assert!(ran.err.contains("unrecognized subcommand 'preveiw'"), "{}", ran.err);
    assert!(ran.err.contains("a similar subcommand exists: 'preview'"), "{}", ran.err);
    assert_eq!(ran.code, 1, "2 means changes");
}

#[tokio::test]
async fn bad_options_name_what_is_good() {
    let bench = Bench::new();
    for (arguments, expected) in [
        ("--cloud aws", "unknown cloud `aws`; known: `simulator`, `azure`"),
        ("--set size", "write `key=value`"),
        ("--lock-timeout 30", "such as `30s`"),
        ("--parallel 0", "0 is not in 1.."),
        ("state", "Usage: atp state"),
    ] {
        let ran = bench.run(arguments).await;
        assert!(ran.err.contains(expected), "{arguments}: {}", ran.err);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments}");
    }
}

#[tokio::test]
async fn a_folder_that_is_no_project_is_named() {
    fails(
        &Bench::new(),
        "-C ../../other preview",
        1,
        "error: no `atp.yaml` in /other or a folder above it\n  way out: go to the project, or name it with `-C DIR`\n",
    )
    .await;
}

#[tokio::test]
async fn wrong_yaml_is_named_with_its_line() {
    let mut bench = Bench::new();
    bench.files.insert("/shop/config/base.yaml".into(), "shop:\n\tsize: 1\n".into());
    let ran = bench.run("preview").await;
    assert!(
        ran.err.starts_with("error: config/base.yaml:2: a tab in the indentation: use spaces\n"),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 1);
    bench.files.insert("/shop/atp.yaml".into(), "name: [".into());
    assert!(bench.run("preview").await.err.starts_with("error: atp.yaml:1: not valid YAML"));
}

#[tokio::test]
async fn values_that_the_program_does_not_take_are_all_named() {
    let ran = Bench::new().run("--set size=12 --set plase=x").await;
    assert!(ran.err.contains("12 is not in 1..=9"), "{}", ran.err);
    assert!(ran.err.contains("unknown key `plase`; did you mean `place`?"), "{}", ran.err);
    assert!(ran.err.ends_with("  way out: `config describe` shows what can be set\n"), "{}", ran.err);
    assert_eq!(ran.code, 1);
}

#[tokio::test]
async fn regions_and_environments_have_to_be_declared() {
    let mut bench = Bench::new();
    fails(
        &bench,
        "--region west",
        1,
        "error: atp.yaml: environments.dev: unknown region `west`; known: `north`, `south`\n  way out: add it to `regions:`\n",
    )
    .await;
    fails(
        &bench,
        "--environment prod",
        1,
        "error: this program is for the environment `dev`, not for `prod`\n  way out: leave `--environment` out, or run the program of that environment\n",
    )
    .await;
    bench.fixed = crate::cli::Fixed::default();
    fails(
        &bench,
        "--stack shop --environment prod",
        1,
        "error: atp.yaml: unknown environment `prod`; known: `dev`\n  way out: add it under `environments:`\n",
    )
    .await;
}

#[tokio::test]
async fn another_backend_and_a_cloud_without_credentials_say_what_to_do() {
    let mut bench = Bench::new();
    fails(
        &bench,
        "--backend s3://x",
        1,
        "error: unknown backend `s3`; known: `local`\n  way out: leave it out: the state is then kept in `.atp` in the project, or in `--work-dir DIR`\n",
    )
    .await;
    fails(&bench, "--cloud azure", 1, "error: no credential was found\n  way out: sign in with `az login`\n")
        .await;
    let project = bench.files[std::path::Path::new("/shop/atp.yaml")].clone();
    bench.files.insert("/shop/atp.yaml".into(), format!("{project}backend: azblob://x\n"));
    assert!(bench.run("preview").await.err.starts_with("error: unknown backend `azblob`"));
}

#[tokio::test]
async fn a_held_lock_names_its_holder() {
    let bench = Bench::new();
    let name = crate::StackName::new("dev", "north", "shop").unwrap();
    let lease = bench.store.lock(&name, &bench.holder("ben"), Wait::NONE).await.unwrap();
    let ran = bench.run("up --yes --lock-timeout 2s").await;
    let (_, told) = ran.err.split_once("for Azure)\n\n").unwrap();
    same(
        told,
        "waiting for ben on desk (process 7), running `up` since 2024-10-04T00:00:00Z
error: dev/north/shop is in use by ben on desk (process 7), running `up` since 2024-10-04T00:00:00Z; wait until it is done
  way out: try again when that is done, or wait longer with `--lock-timeout 10m`; `lock show` and `lock break` are for a holder that is gone
",
    );
    assert_eq!(ran.code, 4);
    assert_eq!(bench.run("preview").await.code, 0, "looking needs no lock");
    bench.store.unlock(&lease).await.unwrap();
    assert_eq!(bench.run("up --yes").await.code, 0);
}

#[tokio::test]
async fn a_panic_in_the_program_is_an_error_like_others() {
    let ran = Bench::new().run("--set place=nowhere").await;
    assert!(
        ran.err.ends_with("error: the program stopped with a panic: this is a mistake in its code\n"),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 1);
}

/// A stream that cannot be written.
struct Closed(io::ErrorKind);

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_is_a_failure_and_a_reader_who_left_is_none() {
    let bench = Bench::new();
    bench.run("up --yes").await;
    for (kind, code) in [(io::ErrorKind::StorageFull, 1), (io::ErrorKind::BrokenPipe, 0)] {
        let mut err = Vec::new();
        let ran = bench.run_with("outputs", &mut Closed(kind), &mut err).await;
        assert_eq!(ran, code, "{kind}");
    }
    let code = bench.run_with("preview", &mut Vec::new(), &mut Closed(io::ErrorKind::BrokenPipe)).await;
    assert_eq!(code, 0);
}
