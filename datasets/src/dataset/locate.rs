//! Finding a task's files in a folder.

use std::path::{Path, PathBuf};

use super::Split;
use crate::error::{Error, Result};
use crate::task::published::Published;

/// The files of one split, and whether they are all that there is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Located {
    pub(super) files: Vec<PathBuf>,
    /// Only one split exists: it must be divided.
    pub(super) alone: bool,
}

/// File names of a split, without ending, and the endings that can be read.
struct Names<'a> {
    train: &'a [&'a str],
    dev: &'a [&'a str],
    endings: Vec<&'a str>,
}

/// Files of a published task: `data` may hold all tasks, or be the task's own folder, or a file.
pub(super) fn published(task: &Published, data: &Path, split: Split) -> Result<Located> {
    let names = Names {
        train: task.train,
        dev: task.dev,
        endings: task.layouts.iter().map(|layout| layout.ending).collect(),
    };
    let mut folders: Vec<PathBuf> = task
        .folders
        .iter()
        .map(|folder| data.join(folder))
        .collect();
    folders.push(data.join(task.hub.folder));
    folders.push(data.into());
    find(task.name, data, &folders, &names, split)
}

/// Files of a person's own task: one file, or a folder with `train` and `dev`.
pub(super) fn own(data: &Path, split: Split) -> Result<Located> {
    let names = Names {
        train: &["train"],
        dev: &["dev", "validation", "valid", "test"],
        endings: vec!["csv", "tsv", "jsonl", "ndjson", "json", "parquet"],
    };
    find("own", data, &[data.into()], &names, split)
}

fn find(
    task: &str,
    data: &Path,
    folders: &[PathBuf],
    names: &Names<'_>,
    split: Split,
) -> Result<Located> {
    if !data.exists() {
        return Err(Error::NoSuchPath { path: data.into() });
    }
    if data.is_file() {
        return Ok(Located {
            files: vec![data.into()],
            alone: true,
        });
    }
    for folder in folders {
        let train = in_folder(folder, names.train, &names.endings)?;
        let dev = in_folder(folder, names.dev, &names.endings)?;
        let alone = train.is_empty() || dev.is_empty();
        let files = match split {
            Split::Train if train.is_empty() => dev,
            Split::Train => train,
            Split::Dev if dev.is_empty() => train,
            Split::Dev => dev,
        };
        if !files.is_empty() {
            return Ok(Located { files, alone });
        }
    }
    let mut looked = Vec::new();
    for stem in names.train.iter().chain(names.dev) {
        looked.extend(
            names
                .endings
                .iter()
                .map(|ending| format!("{stem}.{ending}")),
        );
    }
    looked.dedup();
    Err(Error::DataNotFound {
        task: task.into(),
        folder: data.into(),
        looked: looked.join(", "),
    })
}

/// The first of `stems` that is there: `stem.ending`, or the hub's shards `stem-00000-of-00002.ending`.
fn in_folder(folder: &Path, stems: &[&str], endings: &[&str]) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |source| Error::Io {
        path: folder.into(),
        source,
    };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(failed)?;
    files.sort();
    for stem in stems {
        for ending in endings {
            let whole = format!("{stem}.{ending}");
            if files.contains(&whole) {
                return Ok(vec![folder.join(whole)]);
            }
            let shards: Vec<PathBuf> = files
                .iter()
                .filter(|file| is_shard(file, stem, ending))
                .map(|file| folder.join(file))
                .collect();
            if !shards.is_empty() {
                return Ok(shards);
            }
        }
    }
    Ok(Vec::new())
}

fn is_shard(file: &str, stem: &str, ending: &str) -> bool {
    let numbers = file
        .strip_prefix(stem)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.strip_suffix(ending))
        .and_then(|rest| rest.strip_suffix('.'));
    numbers.is_some_and(|n| n.contains("-of-") && n.starts_with(|c: char| c.is_ascii_digit()))
}
