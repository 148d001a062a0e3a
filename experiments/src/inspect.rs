//! `tangent inspect`: what a model's folder holds.

use std::fmt::Write;

use tangent_lora::Inspection;
use tangent_lora::weights::HeadSource;

use crate::cli::Console;
use crate::kernel::grouped;
use crate::{Result, source};

/// Arguments of `tangent inspect`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// A folder in Hugging Face's layout, or `OWNER/NAME` or `OWNER/NAME@REVISION` on the hub.
    #[arg(value_name = "DIR")]
    model: String,
}

/// Runs the command.
///
/// # Errors
/// The folder or one of its files is missing or damaged. A missing tensor is no error: it is listed.
pub fn run(args: &Args, console: &Console) -> Result<()> {
    let inspection = tangent_lora::inspect(&source::folder(&args.model, console.is_quiet())?)?;
    console.result(&inspection, || table(&inspection));
    Ok(())
}

fn table(found: &Inspection) -> String {
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
