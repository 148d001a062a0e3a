//! Tests of `tangent train` after it was killed or interrupted, after it diverged, and with damaged files.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::interrupt::interrupted;
use crate::program::program;
use crate::train::{arguments, assert_same, result, train, trained, trajectory, written};

/// Starts a run and kills it with `kill -9` as soon as `ready` returns true. Returns whether it was killed before it
/// ended by itself.
fn killed(dir: &Path, more: &str, ready: impl Fn() -> bool) -> bool {
    let mut child = program()
        .args(arguments(dir, more))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !ready() && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Returns random numbers in [0, 1) from a linear congruential generator.
fn random(seed: u64) -> impl Iterator<Item = f64> {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        )
    };
    let states = std::iter::successors(next(&seed), next);
    states.map(|state| (state >> 11) as f64 / (1_u64 << 53) as f64)
}

#[test]
fn killed_at_random_times_from_its_start_to_its_end_it_ends_as_if_it_had_not_been() {
    // Most checkpoints lie between two rows of the trajectory.
    let more = "--checkpoint-every 1 --observe-every 5 --epochs 6";
    let clock = Instant::now();
    let whole = trained(more);
    let seconds = clock.elapsed().as_secs_f64();
    let (mut kills, mut resumed) = (0, 0);
    for seed in 0..3 {
        let dir = TempDir::new().unwrap();
        for share in random(seed).take(4) {
            let clock = Instant::now();
            let ended = killed(dir.path(), more, || {
                clock.elapsed().as_secs_f64() > share * seconds
            });
            kills += usize::from(ended);
        }
        let run = train(dir.path(), more);
        assert_eq!(run.code, 0, "seed {seed}: {}", run.err);
        assert_same(whole.path(), dir.path());
        assert!(!dir.path().join("out/unfinished").exists());
        resumed += usize::from(run.err.contains("resuming from the checkpoint of step "));
    }
    assert!(kills > 0 && resumed > 0, "{kills} kills, {resumed} resumed");
}

#[test]
fn killed_at_any_point_it_goes_on_and_ends_as_if_it_had_not_been() {
    let more = "--checkpoint-every 1 --observe-every 2 --accumulate 2 --epochs 20 --momentum 0.5 --optimiser sgd";
    let whole = trained(more);
    let steps = result(whole.path())["steps"].as_u64().unwrap();
    assert_eq!(steps, 40);
    let dir = TempDir::new().unwrap();
    let unfinished = dir.path().join("out/unfinished");
    let size = || fs::metadata(unfinished.join("trajectory.csv")).map_or(0, |file| file.len());
    // Each time, it is killed once the trajectory has more rows than before.
    for _ in 0..4 {
        let before = size();
        killed(dir.path(), more, || size() > before + 250);
    }
    assert!(
        unfinished.join("checkpoint.safetensors").is_file(),
        "it ended before it was killed"
    );
    let run = train(dir.path(), more);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.err.contains("resuming from the checkpoint of step "),
        "{}",
        run.err
    );
    assert!(
        result(dir.path())["times"]["resumed_from"]
            .as_u64()
            .unwrap()
            > 0
    );
    assert_same(whole.path(), dir.path());
    assert!(!unfinished.exists());
}

#[test]
fn after_ctrl_c_the_same_command_goes_on() {
    let more = "--epochs 60 --lambda 0.5";
    let dir = TempDir::new().unwrap();
    let unfinished = dir.path().join("out/unfinished");
    let err = interrupted(arguments(dir.path(), more), || {
        unfinished.join("checkpoint.safetensors").is_file()
    });
    assert!(
        err.contains("the same command resumes from the checkpoint in "),
        "{err}"
    );
    assert!(!dir.path().join("out/result.json").exists());

    // A checkpoint of another configuration is refused; the message names --restart, which starts again.
    let other = train(dir.path(), "--epochs 60 --lambda 0.25");
    assert_eq!(other.code, 2);
    assert!(
        other
            .err
            .contains("it belongs to another configuration, model or data; "),
        "{}",
        other.err
    );
    assert!(
        other.err.contains("start again with --restart"),
        "{}",
        other.err
    );

    let whole = trained(more);
    let run = train(dir.path(), more);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_same(whole.path(), dir.path());
}

#[test]
fn two_processes_do_not_train_into_one_folder() {
    let dir = TempDir::new().unwrap();
    let unfinished = dir.path().join("out/unfinished");
    fs::create_dir_all(&unfinished).unwrap();
    let lock = fs::File::create(unfinished.join("lock")).unwrap();
    lock.lock().unwrap();
    let run = train(dir.path(), "--epochs 1");
    assert_eq!(run.code, 1);
    let message = "another process is training in this folder";
    assert!(run.err.contains(message), "{}", run.err);
    drop(lock);
    assert_eq!(train(dir.path(), "--epochs 1").code, 0);
}

#[test]
fn damaged_checkpoints_and_trajectories_are_refused_until_restart() {
    let more = "--checkpoint-every 1 --observe-every 1";
    let dir = TempDir::new().unwrap();
    let unfinished = dir.path().join("out/unfinished");
    let file = unfinished.join("checkpoint.safetensors");
    killed(dir.path(), more, || file.is_file());
    let whole = fs::read(&file).unwrap();

    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let run = train(dir.path(), more);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("checkpoint.safetensors: it is damaged; "),
        "{}",
        run.err
    );

    fs::write(&file, &whole).unwrap();
    let text = fs::read_to_string(unfinished.join("trajectory.csv")).unwrap();
    let header = text.lines().next().unwrap().to_owned() + "\n";
    fs::write(unfinished.join("trajectory.csv"), header).unwrap();
    let run = train(dir.path(), more);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("rows of the trajectory are missing"),
        "{}",
        run.err
    );

    let run = train(dir.path(), &format!("{more} --restart"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_same(trained(more).path(), dir.path());
}

#[test]
fn any_changed_byte_of_a_checkpoint_or_its_trajectory_is_found() {
    let more = "--checkpoint-every 1 --observe-every 1 --epochs 40";
    let dir = TempDir::new().unwrap();
    let unfinished = dir.path().join("out/unfinished");
    let (file, rows) = (
        unfinished.join("checkpoint.safetensors"),
        unfinished.join("trajectory.csv"),
    );
    let size = || fs::metadata(&rows).map_or(0, |file| file.len());
    killed(dir.path(), more, || file.is_file() && size() > 2000);
    let refused = |what: &str| {
        let run = train(dir.path(), more);
        assert_eq!(run.code, 2, "{what}: {}", run.err);
        let wanted = run.err.contains("it is damaged; ") && run.err.contains("--restart");
        assert!(wanted, "{what}: {}", run.err);
    };
    let whole = fs::read(&file).unwrap();
    let end = whole.len();
    // These bytes lie in the header's length, the header, θ, a moment, and the hash.
    for place in [0, 9, 200, end / 3, end - 1001, end - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x7f;
        fs::write(&file, bytes).unwrap();
        refused(&format!("byte {place} of {end}"));
    }
    fs::write(&file, &whole).unwrap();

    let text = fs::read_to_string(&rows).unwrap();
    let second = text.lines().nth(2).unwrap();
    let other_digit = second.replacen("0.", "1.", 1);
    for line in [
        other_digit.as_str(),
        "",
        "not,a,row",
        &format!("{second},1"),
    ] {
        fs::write(&rows, text.replacen(second, line, 1)).unwrap();
        refused(line);
    }

    // A pipe is not a regular file, and the program does not wait for it.
    fs::remove_file(&file).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&file).status();
    assert!(made.unwrap().success());
    let run = train(dir.path(), more);
    assert!(
        run.code == 2 && run.err.contains("it is not a regular file"),
        "{}",
        run.err
    );

    let run = train(dir.path(), &format!("{more} --restart"));
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn divergence_says_where_and_what_to_lower_and_keeps_the_last_checkpoint() {
    let dir = TempDir::new().unwrap();
    let more = "--optimiser sgd --objective squared --schedule constant --checkpoint-every 1 --rate 1e3 --epochs 40";
    let run = train(dir.path(), more);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.err.contains("training diverged at step "),
        "{}",
        run.err
    );
    assert!(run.err.contains("lower the learning rate"), "{}", run.err);
    assert!(run.err.contains("The checkpoint of step "), "{}", run.err);
    assert!(
        dir.path()
            .join("out/unfinished/checkpoint.safetensors")
            .is_file()
    );
}

#[test]
fn earlier_results_stay_whole_until_new_ones_are_there() {
    let dir = trained("");
    let before = written(dir.path());
    let run = train(
        dir.path(),
        "--optimiser sgd --rate 1e5 --lambda 1e5 --rule always --epochs 40",
    );
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(before, written(dir.path()));
    let run = train(dir.path(), "--restart --linearized false");
    assert_eq!(run.code, 0, "{}", run.err);
    // Without the linearized model there is no gap.
    assert!(!dir.path().join("out/gap.svg").exists());
    assert_eq!(trajectory(dir.path())[0]["gap"], "");
}
