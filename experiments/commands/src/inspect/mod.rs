//! `tangent inspect`: shows what a model's folder holds.

mod compare;

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;
use tangent_datasets::Tokenizer;
use tangent_lora::weights::{HeadSource, Weights};
use tangent_lora::{EncoderConfig, Inspection};

use compare::{Comparison, Difference, compare};
use tangent_base::cli::{AnyPath, Console, grouped};
use tangent_base::source::{EMBEDDED, ModelSource};
use tangent_base::{Error, Result, source};

/// Arguments of `tangent inspect`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Model: `embedded`, a folder in Hugging Face's layout, or a name on the hub (NAME or OWNER/NAME, optionally with
    /// @REVISION).
    #[arg(value_name = "MODEL")]
    model: AnyPath,
    /// Compare the model's outputs with those in a file that `scripts/outputs.py` makes with transformers; the first
    /// thing to try on a new checkpoint.
    #[arg(long, value_name = "FILE")]
    compare: Option<AnyPath>,
}

/// The report that is shown.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    model: Inspection,
    /// The number of tokens that the tokenizer knows, or why there is no tokenizer.
    tokenizer: std::result::Result<usize, String>,
    /// What was assumed of the files, or is ignored in them.
    warnings: Vec<String>,
    /// How far the outputs agree with another program's.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Comparison>,
}

/// Runs the command.
///
/// # Errors
/// The folder or one of its files is missing or damaged. A missing tensor or tokenizer is not an error: it is listed.
/// With a file to compare with, the model must be complete, and outputs that differ are an error too.
pub fn run(args: &Args, console: &Console) -> Result<()> {
    let mut report = inspect(&args.model, console)?;
    if let Some(file) = &args.compare {
        let source = ModelSource::load(&args.model, console.is_quiet())?;
        report.compared = Some(compare(&source, file)?);
    }
    for warning in &report.warnings {
        console.warn(warning);
    }
    console.result(&report, || table(&report))?;
    match &report.compared {
        Some(compared) if !compared.agrees() => Err(Error::OutputsDiffer),
        _ => Ok(()),
    }
}

fn inspect(model: &Path, console: &Console) -> Result<Report> {
    if model == Path::new(EMBEDDED) {
        let source = ModelSource::load(model, true)?;
        return Ok(Report {
            tokenizer: Ok(source.tokenizer.vocabulary_size()),
            warnings: source.warnings(),
            model: Inspection::of(source.config, &source.weights),
            compared: None,
        });
    }
    let dir = source::folder(model, console.is_quiet())?;
    let (config, weights) = (EncoderConfig::from_dir(&dir)?, Weights::open(&dir)?);
    let tokenizer = Tokenizer::from_dir(&dir);
    let mut warnings = config.warnings.clone();
    warnings.extend(weights.unused(&config));
    if let Ok(tokenizer) = &tokenizer {
        warnings.extend_from_slice(tokenizer.warnings());
    }
    Ok(Report {
        model: Inspection::of(config, &weights),
        tokenizer: tokenizer
            .map(|tokenizer| tokenizer.vocabulary_size())
            .map_err(|error| error.to_string()),
        warnings,
        compared: None,
    })
}

fn table(report: &Report) -> String {
    let found = &report.model;
    let mut out = String::new();
    let mut row = |name: &str, value: String| {
        writeln!(out, "  {name:<16} {value}").expect("writing to a string cannot fail");
    };
    let (config, parameters) = (&found.config, &found.parameters);
    row("architecture", config.architecture.name().into());
    row(
        "sizes",
        format!(
            "{} layers × {}, {} heads, intermediate {}, vocabulary {}",
            config.layers,
            config.hidden_size,
            config.heads,
            config.intermediate_size,
            grouped(config.vocab_size)
        ),
    );
    row("longest input", format!("{} tokens", found.max_tokens));
    row("weights", format!("SHA-256 {}", found.weights_sha256));
    row(
        "parameters",
        format!("{} in all", grouped(parameters.total)),
    );
    for (name, count) in [
        ("  embeddings", parameters.embeddings),
        ("  one layer", parameters.layer),
        ("  all layers", parameters.layers),
        ("  pooler", parameters.pooler),
        ("  head", parameters.head),
    ] {
        row(name, grouped(count));
    }
    let origin = |source| match source {
        HeadSource::Seeded => "not in the file: a seeded one is drawn",
        _ => "in the file",
    };
    match found.classes {
        Some(classes) => row("head", format!("{classes} outputs, {}", origin(found.head))),
        None => row("head", origin(found.head).into()),
    }
    if let Some(pooler) = found.pooler {
        row("pooler", origin(pooler).into());
    }
    let rows = config.vocab_size;
    match &report.tokenizer {
        Ok(tokens) if *tokens > rows => row(
            "tokenizer",
            format!(
                "{tokens} tokens, more than the word embedding's {rows} rows: of another model"
            ),
        ),
        Ok(tokens) => row(
            "tokenizer",
            format!("{tokens} tokens of the word embedding's {rows}"),
        ),
        Err(problem) => row("missing", problem.clone()),
    }
    row(
        "adaptable",
        "in every layer, by the end of their names:".into(),
    );
    for module in &found.adaptable {
        row(
            "",
            format!("{:<24} {} → {}", module.module, module.input, module.output),
        );
    }
    for name in &found.missing {
        row("missing", name.clone());
    }
    for (name, expected, found) in &found.misshapen {
        row(
            "wrong shape",
            format!("{name}: {found:?}, expected {expected:?}"),
        );
    }
    if !found.unused.is_empty() {
        row("unused", found.unused.join(", "));
    }
    if let Some(compared) = &report.compared {
        row(
            "compared",
            format!("{} examples, in f64", compared.examples),
        );
        for text in &compared.other_tokens {
            row("  other tokens", format!("{text:?}"));
        }
        let parts = [
            ("  hidden states", Some(compared.hidden)),
            ("  outputs", compared.logits),
        ];
        for (name, difference) in parts {
            if let Some(Difference { largest, scale }) = difference {
                row(
                    name,
                    format!("differ by {largest:.1e} at most, the largest is {scale:.3}"),
                );
            }
        }
    }
    out
}
