//! Tests of the results of `tangent kernel`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{kernel, program, remove_times, run, write};

fn result(dir: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(dir.join("out/result.json")).unwrap()).unwrap()
}

fn without_times(dir: &Path) -> Value {
    let mut result = result(dir);
    remove_times(&mut result);
    result
}

/// Returns the f64 entries of an `.npy` file.
fn npy(path: impl AsRef<Path>) -> Vec<f64> {
    let bytes = fs::read(path).unwrap();
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[header..]
        .chunks_exact(8)
        .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
        .collect()
}

#[test]
fn two_runs_are_equal_bit_for_bit_whatever_the_threads() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let runs = [(&one, "1"), (&two, "2")];
    for (dir, threads) in runs {
        let run = kernel(
            dir.path(),
            &format!("-n 40 --test-n 5 --all-blocks --threads {threads}"),
        );
        assert_eq!(run.code, 0, "{}", run.err);
    }
    assert_eq!(without_times(one.path()), without_times(two.path()));
    let files = without_times(one.path())["files"]
        .as_object()
        .unwrap()
        .clone();
    assert!(files.len() > 50, "{files:?}");
    for name in files.keys() {
        let [a, b] = [&one, &two].map(|dir| fs::read(dir.path().join("out").join(name)).unwrap());
        assert!(a == b, "{name}");
    }
}

#[test]
fn a_result_says_what_it_is_and_its_parts_agree() {
    let dir = TempDir::new().unwrap();
    let run = kernel(
        dir.path(),
        "-n 20 --test-n 4 --all-blocks --layers 0,5 --json --task paraphrase",
    );
    assert_eq!(run.code, 0, "{}", run.err);
    let result = result(dir.path());
    assert_eq!(serde_json::from_str::<Value>(&run.out).unwrap(), result);
    assert_eq!(result["model"]["blocks"].as_array().unwrap().len(), 4);
    assert_eq!(result["data"]["train"]["ids"].as_array().unwrap().len(), 20);
    assert_eq!(
        result["data"]["train"]["tokens_sha256"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
    assert_eq!(result["model"]["head"], "seeded");
    assert_eq!(result["kernel"]["readout"], "margin");
    assert_eq!(tangent_record::check(&result), Some(true));
    for key in ["config", "versions", "machine", "times"] {
        assert!(result[key].is_object(), "{key}");
    }

    let out = dir.path().join("out");
    let (k, cross) = (npy(out.join("kernel.npy")), npy(out.join("cross.npy")));
    assert_eq!((k.len(), cross.len()), (400, 80));
    let mut sum = vec![0.0; 400];
    let mut traces = 0.0;
    for block in result["blocks"].as_array().unwrap() {
        let s = npy(out.join(format!("blocks/{}.npy", block["name"].as_str().unwrap())));
        sum.iter_mut().zip(&s).for_each(|(sum, s)| *sum += s);
        traces += block["trace"].as_f64().unwrap();
    }
    let largest = k.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    assert!(
        sum.iter()
            .zip(&k)
            .all(|(a, b)| (a - b).abs() <= 1e-14 * largest)
    );
    let trace: f64 = (0..20).map(|i| k[i * 21]).sum();
    assert!((trace - traces).abs() < 1e-12 * trace);
    assert!((trace - result["spectrum"]["trace"].as_f64().unwrap()).abs() < 1e-10 * trace);

    let bytes = fs::read(out.join("kernel.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let stored = file.tensor("cross").unwrap();
    assert_eq!(stored.shape(), [4, 20]);
    // The safetensors file is row by row, the `.npy` file column by column.
    let second = f64::from_le_bytes(stored.data()[8..16].try_into().unwrap());
    assert_eq!(second, cross[4]);
    for name in ["spectrum.svg", "spectrum.png"] {
        assert!(
            fs::metadata(out.join(name)).unwrap().len() > 5_000,
            "{name}"
        );
    }
}

#[test]
fn devices_and_precisions_agree() {
    let dir = TempDir::new().unwrap();
    let kernel = |more: &str| {
        let run = kernel(dir.path(), &format!("-n 12 --layers 3,11 {more}"));
        assert_eq!(run.code, 0, "{}", run.err);
        npy(dir.path().join("out/kernel.npy"))
    };
    let norm = |k: &[f64]| k.iter().map(|v| v * v).sum::<f64>().sqrt();
    let exact = kernel("--device ndarray --precision f64");
    // In f32, burn's own operations on NdArray lose two more digits than this project's operations on Flex.
    for (more, tolerance) in [
        ("--precision f64", 1e-13),
        ("", 5e-6),
        ("--device ndarray", 1e-4),
    ] {
        let found = kernel(more);
        let difference: Vec<f64> = found.iter().zip(&exact).map(|(a, b)| a - b).collect();
        let error = norm(&difference) / norm(&exact);
        assert!(error < tolerance, "{more}: {error:e}");
    }
}

#[test]
fn a_file_sets_what_flags_leave_open() {
    let dir = TempDir::new().unwrap();
    let file = write(
        dir.path(),
        "run.toml",
        "task = \"sentiment\"\nn = 9\nlayers = [1]\nsigma = 0.5\n",
    );
    let run = kernel(dir.path(), &format!("--config {} -n 7", file.display()));
    assert_eq!(run.code, 0, "{}", run.err);
    let result = result(dir.path());
    assert_eq!(result["config"]["n"], 7);
    assert_eq!(result["config"]["task"], "sentiment");
    assert_eq!(result["spectrum"]["condition"]["sigma"], 0.5);
    assert_eq!(
        result["model"]["blocks"][0][0],
        "layer.1.attention.self.query"
    );
}

#[test]
fn own_files_of_pairs_and_three_classes() {
    let dir = TempDir::new().unwrap();
    let rows: String = (0..30)
        .map(|i| format!("the dog number {i},a cat,{}\n", ["x", "y", "z"][i % 3]))
        .collect();
    let file = write(dir.path(), "own.csv", &format!("left,right,kind\n{rows}"));
    let data = format!("--data {} --text left,right --label kind", file.display());
    let run = kernel(dir.path(), &format!("{data} -n 5 --layers 0"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.err
            .contains("the data have one split: divided by the seed into 24 to train on and 6"),
        "{}",
        run.err
    );
    assert_eq!(result(dir.path())["kernel"]["readout"], "trace");
    let full = kernel(
        dir.path(),
        &format!("{data} -n 5 --layers 0 --readout full"),
    );
    assert_eq!(full.code, 0, "{}", full.err);
    assert_eq!(result(dir.path())["kernel"]["rows"], 15);
}

#[test]
fn a_signed_kernel_has_a_spectrum_on_request_only() {
    let dir = TempDir::new().unwrap();
    let run = kernel(dir.path(), "--kind sign-gradient");
    assert!(
        run.out
            .contains("this kernel is not symmetric (--symmetric-part"),
        "{}",
        run.out
    );
    assert!(result(dir.path())["spectrum"].is_null());
    kernel(dir.path(), "--kind sign-gradient --symmetric-part");
    assert_eq!(result(dir.path())["spectrum"]["of_symmetric_part"], true);
}

#[test]
fn memory_is_planned_before_the_work() {
    let dir = TempDir::new().unwrap();
    let run = kernel(dir.path(), "-n 500 --memory 60MB");
    assert_eq!(run.code, 2);
    for text in [
        "the run needs at least ",
        "but --memory allows 60.00 MB",
        "what lowers it, most first: ",
        "(options: -n, ",
    ] {
        assert!(run.err.contains(text), "{}", run.err);
    }
    assert!(!dir.path().join("out/result.json").exists());
}

#[test]
fn results_take_the_place_of_earlier_ones() {
    let dir = TempDir::new().unwrap();
    let names = || {
        let entries = fs::read_dir(dir.path().join("out")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    kernel(dir.path(), "--test-n 3");
    write(dir.path(), "out/notes.txt", "the user's own");
    assert!(names().contains(&"cross.npy".into()));
    kernel(dir.path(), "--kind sign-gradient");
    let left = [
        "kernel.npy",
        "kernel.safetensors",
        "notes.txt",
        "result.json",
    ];
    assert_eq!(names(), left);
}

#[test]
fn output_may_be_read_in_part() {
    for command in [
        "completions bash",
        "inspect embedded",
        "kernel -n 6 --layers 0",
    ] {
        let dir = TempDir::new().unwrap();
        let script = format!(
            "set -o pipefail; cd {}; {} {command} | head -c 1",
            dir.path().display(),
            env!("CARGO_BIN_EXE_tangent")
        );
        let status = std::process::Command::new("bash")
            .args(["-c", &script])
            .status()
            .unwrap();
        assert!(status.success(), "{command}");
    }
}

#[test]
fn quiet_colours_and_completions() {
    let dir = TempDir::new().unwrap();
    let run = kernel(dir.path(), "--quiet");
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let coloured = |variables: &[&str]| {
        let output = program()
            .args(["kernel", "--sigma", "-1"])
            .env("CLICOLOR_FORCE", "1")
            .envs(variables.iter().map(|name| (name, "1")))
            .output()
            .unwrap();
        output.stderr.contains(&0x1b)
    };
    assert!(coloured(&[]));
    assert!(!coloured(&["NO_COLOR"]));
    for shell in ["bash", "fish", "zsh"] {
        assert!(
            crate::program::run(["completions", shell])
                .out
                .contains("all-blocks"),
            "{shell}"
        );
    }
}

#[test]
fn inspect_names_what_can_be_adapted() {
    let model = crate::program::model();
    let dir = model.path().to_str().unwrap();
    for name in ["embedded", dir] {
        let shown = run(["inspect", name]);
        assert_eq!(shown.code, 0, "{}", shown.err);
        for text in [
            "roberta",
            "12 layers × 64",
            "attention.self.query",
            "64 → 256",
            "a seeded one is drawn",
            "of the word embedding's",
        ] {
            assert!(shown.out.contains(text), "{text} in {}", shown.out);
        }
    }
    fs::remove_file(model.path().join("tokenizer.json")).unwrap();
    let shown = run(["inspect", dir]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("tokenizer.json: "), "{}", shown.out);
}
