use serde::{Deserialize, Serialize};

use crate::pretrain::{pretrain, safetensors_file};
use crate::{Error, Pretrained, Recipe, Result};

/// The record of a run, `pretraining.json`, with which the run can be repeated and compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The recipe of the run.
    pub recipe: Recipe,
    /// SHA-256 of the text.
    pub corpus_sha256: String,
    /// The losses of the first steps.
    pub first_losses: Vec<f64>,
    /// The mean loss of the last 100 steps.
    pub final_loss: f64,
    /// The loss on text that the encoder was not trained on.
    pub held_out_loss: f64,
}

/// The number of steps whose losses are recorded one by one.
pub(super) const FIRST: usize = 20;
const LAST: usize = 100;

impl Record {
    /// Returns the record of a run.
    pub fn of(recipe: &Recipe, run: &Pretrained) -> Self {
        let last = &run.losses[run.losses.len().saturating_sub(LAST)..];
        Self {
            recipe: recipe.clone(),
            corpus_sha256: run.corpus_sha256.clone(),
            first_losses: run.losses.iter().copied().take(FIRST).collect(),
            final_loss: last.iter().sum::<f64>() / last.len() as f64,
            held_out_loss: run.held_out_loss,
        }
    }

    /// Compares a repeated run: the text exactly, the first losses to 1e-4, the final and held-out losses to 1 %,
    /// because bits differ between processors and the differences grow.
    ///
    /// # Errors
    /// The first number that differs too much.
    pub fn compare(&self, again: &Self) -> std::result::Result<(), Error> {
        if self.corpus_sha256 != again.corpus_sha256 {
            return Err(Error::Corpus {
                recorded: self.corpus_sha256.clone(),
                found: again.corpus_sha256.clone(),
            });
        }
        let close = |what: String, recorded: f64, found: f64, allowed: f64, tolerance: &str| {
            if (recorded - found).abs() <= allowed {
                return Ok(());
            }
            let tolerance = tolerance.into();
            Err(Error::Differs {
                what,
                recorded,
                found,
                tolerance,
            })
        };
        for (step, (&recorded, &found)) in self
            .first_losses
            .iter()
            .zip(&again.first_losses)
            .enumerate()
        {
            close(
                format!("the loss of step {step}"),
                recorded,
                found,
                1e-4,
                "1e-4",
            )?;
        }
        for (what, recorded, found) in [
            ("the final loss", self.final_loss, again.final_loss),
            ("the held-out loss", self.held_out_loss, again.held_out_loss),
        ] {
            close(what.into(), recorded, found, 0.01 * recorded, "1 %")?;
        }
        Ok(())
    }
}

/// Repeats a recorded run, compares it with the record, and returns its own record.
///
/// # Errors
/// A difference; an interruption.
pub fn verify(record: &Record, observe: &mut dyn FnMut(usize, f64) -> bool) -> Result<Record> {
    let again = Record::of(&record.recipe, &pretrain(&record.recipe, observe)?);
    record.compare(&again)?;
    Ok(again)
}

impl Pretrained {
    /// Returns the files of the encoder's folder, by name: `config.json`, `model.safetensors`, the tokenizer's two
    /// files and `pretraining.json`.
    pub fn files(&self, recipe: &Recipe) -> [(&'static str, Vec<u8>); 5] {
        let record = serde_json::to_value(Record::of(recipe, self)).expect("plain data");
        let json = |value: serde_json::Value| format!("{value:#}\n").into_bytes();
        [
            ("config.json", json(self.config.to_json())),
            ("model.safetensors", safetensors_file(&self.tensors)),
            ("tokenizer.json", self.tokenizer.to_json().into_bytes()),
            (
                "tokenizer_config.json",
                self.tokenizer.to_config_json().into_bytes(),
            ),
            ("pretraining.json", json(record)),
        ]
    }
}
