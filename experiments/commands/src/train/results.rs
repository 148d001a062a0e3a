//! The files of a result: which files there are, and how they are written.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::Adapter;

use super::record::TrainResult;
use super::session::Session;
use super::trajectory;
use tangent_base::output::Output;
use tangent_base::record;
use tangent_base::{Error, Result};
use tangent_plot::LineChart;

const PARQUET: &str = "trajectory.parquet";
const ADAPTER: [(&str, &str); 2] = [
    ("adapter_config.json", "the trained adapter, for PEFT"),
    ("adapter_model.safetensors", "its tensors"),
];

type Charts = [(&'static str, LineChart)];

/// Returns the names of the files, each with a description of its content.
pub(super) fn contents(charts: &Charts) -> BTreeMap<String, String> {
    let rows = [
        (trajectory::FILE, "a row for every observed step"),
        (PARQUET, "the same"),
    ];
    let mut files: BTreeMap<String, String> =
        rows.map(|(name, what)| (name.into(), what.into())).into();
    files.extend(ADAPTER.map(|(name, what)| (format!("adapter/{name}"), what.into())));
    for (name, chart) in charts {
        let pictures =
            tangent_plot::ENDINGS.map(|ending| (format!("{name}.{ending}"), chart.title.clone()));
        files.extend(pictures);
    }
    files
}

/// Writes every file, `result.json` last, and returns what that holds.
pub(super) fn write(
    result: &TrainResult,
    charts: &Charts,
    session: &Session,
    adapter: &Adapter,
    encoder: &EncoderConfig,
    output: &mut Output,
) -> Result<Value> {
    output.written_by(trajectory::FILE, |path| {
        fs::copy(session.trajectory(), path).map(drop)
    })?;
    output.written_by(PARQUET, |path| {
        trajectory::write_parquet(session.rows(), path)
    })?;
    for (name, chart) in charts {
        output.picture(name, chart)?;
    }
    write_adapter(adapter, encoder, output)?;
    record::write(output, "result.json", result)
}

fn write_adapter(adapter: &Adapter, encoder: &EncoderConfig, output: &mut Output) -> Result<()> {
    let dir = output.dir().join(".adapter");
    adapter.save(&dir, encoder)?;
    for (name, _) in ADAPTER {
        output.written_by(&format!("adapter/{name}"), |path| {
            fs::copy(dir.join(name), path).map(drop)
        })?;
    }
    fs::remove_dir_all(&dir).map_err(|source| Error::Output { path: dir, source })
}
