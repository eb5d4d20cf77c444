//! Ctrl-C: once, twice, three times; and the run after it.

use super::support::{Bench, same};

/// Presses Ctrl-C when a text is written.
struct PressAt<'b> {
    bench: &'b Bench,
    text: &'static str,
    written: Vec<u8>,
}

impl std::io::Write for PressAt<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.written.extend_from_slice(bytes);
        if String::from_utf8_lossy(bytes).contains(self.text) {
            self.bench.presses.send_modify(|count| *count += 1);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn before_anything_is_called_ctrl_c_leaves_at_once() {
    let bench = Bench::new();
    bench.presses.send_replace(1);
    for command in ["preview", "up --yes", "outputs"] {
        let ran = bench.run(command).await;
        assert!(ran.err.contains("error: interrupted\n"), "{command}: {}", ran.err);
        assert_eq!(ran.code, 130, "{command}");
    }
    assert!(bench.cloud.objects().is_empty());
}

#[tokio::test]
async fn the_first_ctrl_c_stops_starting_and_the_next_run_goes_on() {
    let bench = Bench::new();
    let arguments = "up --yes --parallel 1 --set guests=[a,b,c,d,e]";
    let mut err = PressAt { bench: &bench, text: "front created", written: Vec::new() };
    let code = bench.run_with(arguments, &mut Vec::new(), &mut err).await;
    let err = String::from_utf8(err.written).unwrap();
    assert_eq!(code, 130, "{err}");
    assert!(
        err.contains("stopping: what runs is waited for; press Ctrl-C again to give up waiting\n"),
        "{err}"
    );
    assert!(err.contains("interrupted in 0.0s: ") && err.contains(" not started\n"), "{err}");
    let made = bench.cloud.objects().len();
    assert!((1..7).contains(&made), "{made}");
    bench.presses.send_replace(0);
    let again = bench.run(arguments).await;
    assert_eq!((again.code, bench.cloud.objects().len()), (0, 7), "{}", again.err);
}

#[tokio::test]
async fn the_second_ctrl_c_gives_up_waiting_and_the_next_run_looks_up_what_became_of_it() {
    let mut bench = Bench::new();
    bench.hang = Some(("front".into(), 2));
    let ran = bench.run("up --yes --parallel 1").await;
    let (_, told) = ran.err.split_once("plan: 2 to create\n").unwrap();
    same(
        told,
        "
stopping: what runs is waited for; press Ctrl-C again to give up waiting
giving up: the next run looks up what became of the calls
x front create failed: the run was aborted; what became of the call is looked up by the next run

interrupted in 0.0s: 1 failed, 1 not started

x front: create failed
    urn:atp:dev:north:shop::Test.Front::front
    declared at src/shop.rs:7
    the run was aborted; what became of the call is looked up by the next run
    way out: run again: it continues where this one stopped

run again: what is done stays done, and the next run goes on from there
error: interrupted
  way out: run again: what was done stays done
",
    );
    assert_eq!(ran.code, 130);
    bench.hang = None;
    bench.presses.send_replace(0);
    let again = bench.run("preview").await;
    assert!(
        again.err.contains(
            "an earlier run was cut off; what became of its calls:
  create front: it was created, and is adopted
"
        ),
        "{}",
        again.err
    );
    assert_eq!(bench.run("up --yes").await.code, 0);
    assert!(bench.run("preview").await.err.contains("no changes"));
}

#[tokio::test]
async fn the_third_ctrl_c_leaves_at_once() {
    let mut bench = Bench::new();
    bench.hang = Some(("front".into(), 3));
    let ran = bench.run("up --yes").await;
    assert!(ran.err.ends_with("error: interrupted\n  way out: run again: what was done stays done\n"));
    assert_eq!(ran.code, 130);
    bench.hang = None;
    bench.presses.send_replace(0);
    assert_eq!(bench.run("up --yes").await.code, 0, "the lock is free, and nothing was lost");
}
