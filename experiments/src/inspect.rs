//! `tangent inspect`: what a model's folder holds.

use std::fmt::Write;

use serde::Serialize;
use tangent_datasets::Tokenizer;
use tangent_lora::Inspection;
use tangent_lora::weights::HeadSource;

use crate::cli::{Console, grouped};
use crate::source::EMBEDDED;
use crate::{Result, embedded, source};

/// Arguments of `tangent inspect`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// `embedded`, a folder in Hugging Face's layout, or `OWNER/NAME` or `OWNER/NAME@REVISION` on the hub.
    #[arg(value_name = "DIR")]
    model: String,
}

/// What is shown.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    model: Inspection,
    /// Tokens that the tokenizer knows, or why there is none.
    tokenizer: std::result::Result<usize, String>,
}

/// Runs the command.
///
/// # Errors
/// The folder or one of its files is missing or damaged. A missing tensor or tokenizer is no error: it is listed.
pub fn run(args: &Args, console: &Console) -> Result<()> {
    let report = if args.model == EMBEDDED {
        let source = embedded::load()?;
        Report {
            model: Inspection::of(source.config, &source.weights),
            tokenizer: Ok(source.tokenizer.vocabulary_size()),
        }
    } else {
        let dir = source::folder(&args.model, console.is_quiet())?;
        let tokenizer = Tokenizer::from_file(&dir);
        Report {
            model: tangent_lora::inspect(&dir)?,
            tokenizer: tokenizer
                .map(|tokenizer| tokenizer.vocabulary_size())
                .map_err(|error| error.to_string()),
        }
    };
    console.result(&report, || table(&report));
    Ok(())
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
    out
}
