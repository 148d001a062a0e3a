//! Tests that an interruption or a full disk leaves no file half-written.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::program::program;

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).unwrap().next().is_none()
}

fn interrupt(child: &Child) {
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

/// Runs the program until `ready` returns true, interrupts it as Ctrl-C does, and returns its standard error. Panics
/// unless the exit code is 130.
#[track_caller]
pub fn interrupted<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
    args: I,
    ready: impl Fn() -> bool,
) -> String {
    let mut child = program().args(args).stderr(Stdio::piped()).spawn().unwrap();
    while !ready() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        sleep(Duration::from_millis(1));
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    err
}

#[test]
fn ctrl_c_ends_with_130_and_writes_nothing() {
    let dir = TempDir::new().unwrap();
    let mut child = program()
        .args([
            "kernel",
            "-n",
            "6000",
            "--task",
            "reviews",
            "--threads",
            "1",
            "--output",
        ])
        .arg(dir.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // This is long enough for the work to begin, and far too short for it to end.
    sleep(Duration::from_secs(3));
    assert!(
        child.try_wait().unwrap().is_none(),
        "it ended before it could be interrupted"
    );
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(is_empty(dir.path()));
}

#[test]
fn pretraining_writes_all_of_an_encoder_or_nothing() {
    let dir = TempDir::new().unwrap();
    let run = |prefix: &str| {
        let script = format!(
            "{prefix} exec {} pretrain --quiet --steps 1 --output {}",
            env!("CARGO_BIN_EXE_tangent"),
            dir.path().display()
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, err) = run("trap '' XFSZ; ulimit -f 40;");
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.contains("model.safetensors: results cannot be written: "),
        "{err}"
    );
    assert!(is_empty(dir.path()));
    let (code, err) = run("");
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 5);

    let dir = TempDir::new().unwrap();
    let mut child = program()
        .args(["pretrain", "--output"])
        .arg(dir.path())
        .spawn()
        .unwrap();
    sleep(Duration::from_secs(3));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(is_empty(dir.path()));
}

#[test]
fn a_full_disk_leaves_earlier_results_alone() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("result.json"), "earlier").unwrap();
    // A limit on the size of files simulates a full disk: writing fails half-way.
    let script = format!(
        "trap '' XFSZ; ulimit -f 40; exec {} kernel -n 150 --layers 0 --output {}",
        env!("CARGO_BIN_EXE_tangent"),
        dir.path().display()
    );
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(
        err.contains("kernel.npy: results cannot be written: File too large"),
        "{err}"
    );
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["result.json"]);
    assert_eq!(
        fs::read(dir.path().join("result.json")).unwrap(),
        b"earlier"
    );
}
