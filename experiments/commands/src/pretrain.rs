//! `tangent pretrain`: trains the embedded encoder again, or another encoder by a recipe of the same form.

use std::path::PathBuf;

use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt, read_toml};
use tangent_base::output::Output;
use tangent_embedded::{Record, pretrain, record, verify};

/// Arguments of `tangent pretrain`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Repeat the run that made the embedded encoder and compare its text (exactly), first losses (to 1e-4), final and
    /// held-out loss (to 1 %).
    #[arg(long)]
    verify: bool,
    /// A TOML file with the keys of the recipe in pretraining.json [default: the embedded encoder's recipe]
    #[arg(long, value_name = "FILE", conflicts_with = "verify")]
    recipe: Option<PathBuf>,
    /// Seed of the text, the initial weights, the order of the batches and the masks [default: the embedded encoder's]
    #[arg(long, value_name = "SEED", conflicts_with = "verify")]
    seed: Option<u64>,
    /// Number of optimiser steps [default: the embedded encoder's]
    #[arg(long, value_name = "N", conflicts_with = "verify", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Folder to write the new encoder to.
    #[arg(
        long,
        short,
        value_name = "DIR",
        default_value = "out/pretrained",
        conflicts_with = "verify"
    )]
    output: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// The recipe cannot be read or followed; the folder is not writable; a repeated run differs; an interruption. Nothing
/// is written then.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let recorded = record();
    let mut recipe = match &args.recipe {
        Some(file) => read_toml(file)?,
        None => recorded.recipe.clone(),
    };
    recipe.check()?;
    if let Some(seed) = args.seed {
        recipe.seed = seed;
    }
    if let Some(steps) = args.steps {
        recipe.steps = steps as usize;
    }
    let bar = console.bar("pretraining", "steps", recipe.steps as u64);
    let interrupt = interrupt.deferred();
    let mut observe = |step: usize, loss: f64| {
        bar.set_position(step as u64 + 1);
        bar.set_message(format!("loss {loss:.3}"));
        !interrupt.is_raised()
    };
    if args.verify {
        let again = verify(&recorded, &mut observe)?;
        bar.finish_and_clear();
        interrupt.check()?;
        console.result(&again, || table(&again))?;
        return Ok(());
    }
    let mut output = Output::open(&args.output)?;
    let run = pretrain(&recipe, &mut observe)?;
    bar.finish_and_clear();
    for (name, bytes) in run.files(&recipe) {
        output.file(name, |out| out.write_all(&bytes))?;
    }
    interrupt.check()?;
    output.commit()?;
    let record = Record::of(&recipe, &run);
    console.result(&record, || table(&record))?;
    console.note(format_args!("the encoder is in {}", args.output.display()));
    Ok(())
}

fn table(record: &Record) -> String {
    format!(
        "  steps          {}\n  first loss     {:.4}\n  final loss     {:.4}\n  held-out loss  {:.4}\n",
        record.recipe.steps, record.first_losses[0], record.final_loss, record.held_out_loss
    )
}
