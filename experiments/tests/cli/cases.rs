//! Files that were once read wrongly, each as an example of its kind. The expected values are those of transformers
//! 5.23.0 and PEFT 0.21.2.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Run, program, run};

const OWN: &str = "--text text --label label";

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name)
}

/// Runs the program, with words of the form `@name` replaced by paths of cases. Returns the run and its output folder.
fn of_case(args: &str) -> (Run, TempDir) {
    let dir = TempDir::new().unwrap();
    let word = |word: &str| match word.strip_prefix('@') {
        Some(name) => case(name).to_str().unwrap().to_owned(),
        None => word.to_owned(),
    };
    let mut words: Vec<String> = args.split_whitespace().map(word).collect();
    words.extend(["--output".into(), dir.path().to_str().unwrap().into()]);
    (run(words), dir)
}

fn result(dir: &TempDir) -> Value {
    serde_json::from_slice(&fs::read(dir.path().join("result.json")).unwrap()).unwrap()
}

/// Returns κ and the warnings of a kernel in f64.
#[track_caller]
fn kernel(args: &str) -> (f64, Vec<String>) {
    let (run, dir) = of_case(&format!(
        "kernel {args} {OWN} --threads 1 --precision f64 --quiet"
    ));
    assert_eq!(run.code, 0, "{}", run.err);
    let result = result(&dir);
    let warnings = result["warnings"].as_array().into_iter().flatten();
    let kappa = result["spectrum"]["condition"]["kappa"].as_f64();
    (
        kappa.unwrap(),
        warnings.map(|w| w.as_str().unwrap().to_owned()).collect(),
    )
}

#[track_caller]
fn close(found: f64, right: f64) {
    assert!((found - right).abs() < 6e-5, "{found}, not {right}");
}

#[track_caller]
fn refused(code: i32, args: &str, message: &str) {
    let (run, dir) = of_case(args);
    assert_eq!(run.code, code, "{}", run.err);
    assert!(run.err.contains(message), "{}", run.err);
    assert!(!dir.path().join("result.json").exists());
}

/// Returns the accuracy and the loss in the row of this number of a trajectory.
fn row(dir: &TempDir, number: usize) -> (f64, f64) {
    let text = fs::read_to_string(dir.path().join("trajectory.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cells: Vec<&str> = lines.nth(number).unwrap().split(',').collect();
    let of = |name| {
        let place = names.iter().position(|n| *n == name).unwrap();
        cells[place].parse().unwrap()
    };
    (of("accuracy"), of("eval_loss"))
}

#[test]
fn a_checkpoints_names_say_which_output_is_which_class() {
    // Every label is what the model itself predicts.
    let options = "--train-n 16 --epochs 1 --eval-n 500 --linearized false --threads 1 --objective cross_entropy -q";
    for (args, loss) in [
        (
            "--model @label-order/model2 --data @label-order/data2 --text text --label label",
            0.6849,
        ),
        (
            "--model @label-order/model3 --task mnli --data @label-order/MNLI",
            1.0777,
        ),
        (
            "--model @label-order/model11 --data @label-order/data11_LABEL --text text --label label",
            2.3400,
        ),
    ] {
        let (run, dir) = of_case(&format!("train {args} {options}"));
        assert_eq!(run.code, 0, "{}", run.err);
        let (accuracy, found) = row(&dir, 0);
        assert_eq!(accuracy, 1.0, "{args}");
        assert!((found - loss).abs() < 6e-5, "{args}: {found}, not {loss}");
        assert!(result(&dir)["warnings"].is_null(), "{args}");
    }
}

#[test]
fn labels_that_are_numbers_are_compared_as_numbers() {
    let mut kappas = Vec::new();
    for file in ["base", "mixfloat", "lead0"] {
        let (run, dir) = of_case(&format!(
            "kernel --model @label-spelling/model --data @label-spelling/{file}.csv {OWN} -n 7 --threads 1"
        ));
        assert_eq!(run.code, 0, "{}", run.err);
        let result = result(&dir);
        assert_eq!(
            result["data"]["target"],
            serde_json::json!({"classes": ["0", "1"]}),
            "{file}"
        );
        assert_eq!(result["kernel"]["readout"], "margin");
        kappas.push(result["spectrum"]["condition"]["kappa"].as_f64().unwrap());
    }
    for kappa in kappas {
        assert!((kappa - 61.67).abs() < 0.005, "{kappa}");
    }
    let (run, _) = of_case(&format!(
        "kernel --model @label-spelling/model --data @label-spelling/mixbool.csv {OWN} -n 7 --threads 1"
    ));
    assert!(
        run.err.contains("warning") && run.err.contains("True") && run.err.contains("true"),
        "{}",
        run.err
    );
}

#[test]
fn a_drawn_pooler_is_announced_and_comes_back_with_its_adapter() {
    let (run, dir) = of_case(&format!(
        "kernel --model @seeded-pooler/model_token_classifier --adapter @seeded-pooler/adapter_no_head \
         --data @seeded-pooler/data {OWN} -n 10 --seed 1 --threads 1"
    ));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("pooler"), "{}", run.out);
    assert_eq!(result(&dir)["model"]["head_dense"], "seeded");

    let options = format!(
        "--data @seeded-pooler/data {OWN} --train-n 10 --eval-n 10 --linearized false --threads 1 --kernel-n 0 -q"
    );
    let (run, trained) = of_case(&format!(
        "train --model @seeded-pooler/model_no_pooler {options} --epochs 300 --rate 3e-2 --lambda 0 \
         --schedule constant --observe-every 100"
    ));
    assert_eq!(run.code, 0, "{}", run.err);
    let last = result(&trained)["last"].clone();
    let last = ["accuracy", "eval_loss"].map(|key| last[key].as_f64().unwrap());
    assert_eq!(last[0], 1.0);
    for seed in 0..3 {
        let adapter = trained.path().join("adapter");
        let (run, again) = of_case(&format!(
            "train --model @seeded-pooler/model_no_pooler --adapter {} {options} --epochs 1 --seed {seed}",
            adapter.display()
        ));
        assert_eq!(run.code, 0, "{}", run.err);
        let (accuracy, loss) = row(&again, 0);
        assert_eq!(accuracy, 1.0, "seed {seed}");
        assert!((loss - last[1]).abs() < 1e-6, "{loss}, not {}", last[1]);
    }
}

#[test]
fn a_tokenizers_configuration_is_followed() {
    let (kappa, warnings) = kernel(
        "--model @tokenizer-config/tok_cfg_cased --adapter @tokenizer-config/adapter \
         --data @tokenizer-config/caps.csv -n 8",
    );
    close(kappa, 102.3145);
    assert!(warnings.len() <= 1, "{warnings:?}");
}

#[test]
fn a_missing_post_processor_is_made_from_the_special_tokens() {
    let (kappa, _) = kernel(
        "--model @no-post-processor/model_bert --adapter @no-post-processor/adapter_bert \
         --data @no-post-processor/caps.csv -n 8",
    );
    close(kappa, 180.9846);
}

#[test]
fn dropout_of_merges_is_off() {
    let args = "--model @bpe-dropout/model --adapter @bpe-dropout/adapter --data @bpe-dropout/data.csv -n 8";
    assert_eq!(kernel(args), kernel(args));
}

#[test]
fn the_first_pattern_of_the_file_wins() {
    let (kappa, _) = kernel(
        "--model @bert --adapter @alpha-pattern-order/adapter --data @alpha-pattern-order/data.csv -n 8",
    );
    close(kappa, 215.9358);
}

#[test]
fn white_space_reaches_the_tokenizer() {
    let (kappa, _) = kernel(
        "--model @trimmed-text/model --adapter @trimmed-text/adapter --data @trimmed-text/space.csv -n 8",
    );
    close(kappa, 309.7095);
}

#[test]
fn a_result_that_cannot_be_printed_is_a_failure_and_a_closed_pipe_is_none() {
    let dir = TempDir::new().unwrap();
    let kernel = |stdout: Stdio| {
        let output = program()
            .args(["kernel", "-n", "4", "--json", "--output"])
            .arg(dir.path())
            .stdout(stdout)
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let (code, err) = kernel(full().into());
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("standard output cannot be written"), "{err}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(kernel(writer.into()).0, 0);
    for args in [
        &["inspect", "embedded"][..],
        &["--help"],
        &["completions", "bash"],
    ] {
        let status = program()
            .args(args)
            .stdout(full())
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(1), "{args:?}");
    }
    // If standard error is full too, no message is possible: the exit code alone tells of the error.
    let status = program()
        .args(["kernel", "-n", "0"])
        .stderr(full())
        .status();
    assert_eq!(status.unwrap().code(), Some(2));
}

#[test]
fn what_once_panicked_is_refused_or_works() {
    let data = format!("--data @panics/data.csv {OWN} -n 4 --threads 1");
    refused(
        2,
        &format!("kernel --model @bert {data} --rank 0"),
        "--rank: must be at least 1",
    );
    // The template names a token that does not exist; BERT's own template is used in its place, as in transformers.
    let (run, dir) = of_case(&format!("kernel --model @panics/model_template {data}"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        result(&dir)["warnings"]
            .to_string()
            .contains("post_processor")
    );
    let (run, dir) = of_case(&format!(
        "kernel --model @bert --data @panics/decimal.parquet {OWN} -n 4 --threads 1"
    ));
    assert_eq!(run.code, 0, "{}", run.err);
    let classes = &result(&dir)["data"]["target"]["classes"];
    assert_eq!(*classes, serde_json::json!(["0.5", "1.5"]));
}

#[cfg(unix)]
#[test]
fn paths_that_are_not_utf_8_work() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let dir = TempDir::new().unwrap();
    let odd = |name: &[u8]| dir.path().join(OsStr::from_bytes(name));
    let (model, data, output, config) = (
        odd(b"mod\xe9l"),
        odd(b"caf\xe9.csv"),
        odd(b"out\xff"),
        odd(b"\xe9.toml"),
    );
    fs::create_dir(&model).unwrap();
    for file in ["config.json", "model.safetensors", "tokenizer.json"] {
        fs::copy(case("bert").join(file), model.join(file)).unwrap();
    }
    fs::copy(case("panics/data.csv"), &data).unwrap();
    fs::write(&config, "n = 4\nlabel = \"label\"\ntext = [\"text\"]\n").unwrap();
    for command in ["kernel", "select", "train", "theorems"] {
        let args = match command {
            "train" => vec!["--text", "text", "--label", "label", "--epochs", "1"],
            "select" => vec!["--config", "@", "--choose", "1"],
            _ => vec!["--config", "@"],
        };
        let mut program = program();
        program
            .arg(command)
            .arg("--model")
            .arg(&model)
            .arg("--data")
            .arg(&data);
        program
            .arg("--output")
            .arg(&output)
            .args(["--quiet", "--threads", "1"]);
        for arg in args {
            match arg {
                "@" => program.arg(&config),
                arg => program.arg(arg),
            };
        }
        let ran = program.output().unwrap();
        let err = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{command}: {err}");
        assert!(output.join("result.json").exists(), "{command}");
        fs::remove_dir_all(&output).unwrap();
    }
    let inspected = program().arg("inspect").arg(&model).output().unwrap();
    assert_eq!(inspected.status.code(), Some(0));
}

#[test]
fn labels_of_small_integers_and_of_half_floats_are_read() {
    for kind in ["int8", "int16", "uint8", "uint16", "float16"] {
        let (run, dir) = of_case(&format!(
            "kernel --model @bert --data @parquet/{kind}.parquet {OWN} -n 4 --threads 1"
        ));
        assert_eq!(run.code, 0, "{kind}: {}", run.err);
        let classes = &result(&dir)["data"]["target"]["classes"];
        assert_eq!(*classes, serde_json::json!(["0", "1"]), "{kind}");
    }
}

#[test]
fn sizes_are_checked_before_anything_of_that_size_is_made() {
    let data = format!("--data @sizes/data.csv {OWN} -n 4 --threads 1");
    let clock = std::time::Instant::now();
    refused(
        2,
        &format!("kernel --model @sizes/model_hidden_2e40 {data}"),
        "shape",
    );
    refused(
        2,
        &format!("kernel --model @sizes/model_layers_2e50 {data}"),
        "layer",
    );
    refused(
        2,
        &format!("kernel --model @bert {data} --rank 100000000"),
        "--rank",
    );
    assert!(clock.elapsed().as_secs() < 20);
}

#[test]
fn files_under_other_names_and_in_other_encodings() {
    for file in ["lines.json", "cr.csv", "utf16nobom.csv", "datawrap.json"] {
        let (run, dir) = of_case(&format!(
            "kernel --model @bert --data @data-messages/{file} {OWN} -n 4 --threads 1"
        ));
        assert_eq!(run.code, 0, "{file}: {}", run.err);
        assert_eq!(
            result(&dir)["data"]["train"]["ids"]
                .as_array()
                .unwrap()
                .len(),
            4
        );
    }
}

#[test]
fn adapters_that_peft_loads_are_loaded() {
    for (name, warning) in [
        ("lt_patempty", ""),
        ("patempty_only", ""),
        ("extra", "target_modules"),
        ("rp_none", "_pattern"),
        ("rp_anch2", "_pattern"),
        ("ortho", ""),
        ("init_eva", ""),
        ("dense_bert", ""),
    ] {
        let (run, dir) = of_case(&format!(
            "kernel --model @bert --adapter @adapters/{name} --data @adapters/data.csv {OWN} -n 4 --threads 1"
        ));
        assert_eq!(run.code, 0, "{name}: {}", run.err);
        let warnings = result(&dir)["warnings"].to_string();
        assert!(warnings.contains(warning), "{name}: {warnings}");
    }
    refused(
        2,
        &format!(
            "kernel --model @bert --adapter @adapters/binonly --data @adapters/data.csv {OWN} -n 4"
        ),
        "adapter_model.bin",
    );
}

#[test]
fn what_was_silent_is_said() {
    let data = format!("--data @small/data.csv {OWN} -n 4 --threads 1");
    let (run, dir) = of_case(&format!("kernel --model @small/model_zero_head {data}"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("the kernel is zero"), "{}", run.err);
    assert!(
        result(&dir)["warnings"]
            .to_string()
            .contains("the kernel is zero")
    );

    let (run, dir) = of_case(&format!(
        "kernel --model @small/model_zero_head {data} --sigma 0 -q"
    ));
    assert_eq!(run.code, 0, "{}", run.err);
    let condition = &result(&dir)["spectrum"]["condition"];
    assert!(
        condition["kappa"].is_null() && condition["kappa_is_infinite"] == true
            || condition["kappa"].is_number(),
        "{condition}"
    );

    let (run, _) = of_case(&format!("kernel --model @small/model_layers2of3 {data}"));
    assert!(run.err.contains("num_hidden_layers"), "{}", run.err);

    let (run, _) = of_case(&format!(
        "kernel --model @small/sentence_transformers_old {data}"
    ));
    assert_eq!(run.code, 0, "{}", run.err);

    for command in [
        "kernel -n 8",
        "select -n 8 --choose 1",
        "train --train-n 8 --epochs 1",
    ] {
        let (run, dir) = of_case(&format!(
            "{command} --model @bert --data @small/dups.csv {OWN} --threads 1"
        ));
        assert_eq!(run.code, 0, "{command}: {}", run.err);
        assert!(
            run.err.contains("are the same to the model"),
            "{command}: {}",
            run.err
        );
        assert!(
            result(&dir)["warnings"]
                .to_string()
                .contains("same to the model")
        );
    }
}

#[test]
fn a_strict_command_ends_with_its_first_warnings() {
    refused(
        2,
        &format!("kernel --strict -n 8 --model @bert --data @small/dups.csv {OWN}"),
        "--strict: 1 warning",
    );
}
