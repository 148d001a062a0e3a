//! The result as a table for people.

use std::fmt::Write;

use tangent_spectral::Summary;

use super::record::{BlockRecord, KernelResult};
use tangent_base::cli::{Bytes, grouped};
use tangent_base::record::Provenance;

/// Returns the table of `tangent kernel`.
pub(super) fn table(result: &KernelResult) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: String| {
        writeln!(out, "  {name:<14} {value}").expect("writing to a string cannot fail");
    };
    let KernelResult {
        provenance: Provenance { config, .. },
        model,
        kernel,
        times,
        data,
        ..
    } = result;
    let parameters: usize = model.blocks.iter().map(|(_, parameters)| parameters).sum();
    row(
        "model",
        format!(
            "{}, {} layers × {}",
            model.name, model.sizes.layers, model.sizes.hidden_size
        ),
    );
    if let Some(parts) = model.drawn() {
        row(
            "drawn",
            format!("{parts}, by the seed {}", config.data.seed),
        );
    }
    row(
        "examples",
        format!(
            "{} of {}, {} readout",
            data.train.ids.len(),
            config.data.task,
            kernel.readout
        ),
    );
    row(
        "blocks",
        format!(
            "{} with {} parameters",
            model.blocks.len(),
            grouped(parameters)
        ),
    );
    if let Some(spectrum) = &result.spectrum {
        let Summary {
            n,
            lambda_min,
            lambda_max,
            condition,
            numerical_rank,
            effective_rank,
            ..
        } = spectrum.summary;
        let floor = spectrum
            .summary
            .solver_floor
            .max(spectrum.summary.row_floor);
        let noise = match spectrum.summary.lambda_min_is_noise {
            true => format!("  (noise: below the floor of {floor:.1e})"),
            false => String::new(),
        };
        row("λmin", format!("{lambda_min:.4e}{noise}"));
        row("λmax", format!("{lambda_max:.4e}"));
        row(
            &format!("κ, σ = {:e}", condition.sigma),
            format!("{:.4e}", condition.kappa),
        );
        row(
            "rank",
            format!("{numerical_rank} of {n} numerical, {effective_rank:.1} effective"),
        );
        if spectrum.of_symmetric_part {
            row("", "of the symmetric part".into());
        }
    } else {
        row(
            "spectrum",
            "none: this kernel is not symmetric (--symmetric-part takes that of its symmetric part)"
                .into(),
        );
    }
    let tokens =
        data.train.lengths.tokens + data.test.as_ref().map_or(0, |test| test.lengths.tokens);
    row(
        "tokens",
        format!(
            "{}, {} per second",
            grouped(tokens),
            grouped(times.tokens_per_second as usize)
        ),
    );
    row(
        "seconds",
        format!(
            "{:.2} load, {:.2} kernel, {:.2} spectrum",
            times.load_seconds, times.kernel_seconds, times.spectrum_seconds
        ),
    );
    if let Some(peak) = times.peak_memory {
        row("peak memory", Bytes(peak).words());
    }
    if let Some(blocks) = &result.blocks {
        out.push_str(&block_rows(blocks));
    }
    out
}

fn block_rows(blocks: &[BlockRecord]) -> String {
    let width = blocks
        .iter()
        .map(|block| block.name.len())
        .max()
        .unwrap_or(0)
        .max(5);
    let mut out = format!(
        "\n  {:<width$} {:>10} {:>11} {:>11} {:>11} {:>11} {:>9}\n",
        "block", "parameters", "trace", "λmin", "λmax", "κ", "eff. rank"
    );
    for block in blocks {
        let BlockRecord {
            name,
            parameters,
            trace,
            spectrum,
        } = block;
        write!(
            out,
            "  {name:<width$} {:>10} {trace:>11.4e}",
            grouped(*parameters)
        )
        .expect("as above");
        if let Some(Summary {
            lambda_min,
            lambda_max,
            condition,
            effective_rank,
            lambda_min_is_noise,
            ..
        }) = spectrum
        {
            let (kappa, lambda_min) = (condition.kappa, number(*lambda_min, *lambda_min_is_noise));
            write!(
                out,
                " {lambda_min:>11} {lambda_max:>11.4e} {kappa:>11.4e} {effective_rank:>9.1}"
            )
            .expect("as above");
        }
        out.push('\n');
    }
    out
}

/// Returns an eigenvalue as text, or `noise`.
fn number(value: f64, is_noise: bool) -> String {
    match is_noise {
        true => "noise".into(),
        false => format!("{value:.4e}"),
    }
}
