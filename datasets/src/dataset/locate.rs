//! Finding a task's files in a folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Split;
use crate::error::{Error, Result};
use crate::task::published::Published;

/// The files of one split.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Located {
    pub(super) files: Vec<PathBuf>,
    /// Whether only one split exists, which must then be divided.
    pub(super) alone: bool,
    /// Warnings about files that are not read.
    pub(super) warnings: Vec<String>,
}

/// The file names of each split, without extension, and the extensions that can be read.
struct Names<'a> {
    train: &'a [&'a str],
    dev: &'a [&'a str],
    endings: Vec<&'a str>,
}

/// The files of one split in a folder.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// The other files of the same name, which are not read.
    others: Vec<String>,
}

/// Finds the files of a published task. `data` is a folder of all tasks, the task's own folder, or a file.
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

/// Finds the files of a user's own task: one file, or a folder with `train` and `dev`.
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
    let kind = match std::fs::metadata(data) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::NoSuchPath { path: data.into() });
        }
        Err(source) => {
            let path = data.into();
            return Err(Error::Io { path, source });
        }
    };
    if kind.is_file() {
        return Ok(Located {
            files: vec![data.into()],
            alone: true,
            warnings: Vec::new(),
        });
    }
    if !kind.is_dir() {
        return Err(Error::NotAFile {
            path: data.into(),
            found: "a pipe, a socket or a device",
        });
    }
    for folder in folders {
        let train = in_folder(folder, names.train, &names.endings)?;
        let dev = in_folder(folder, names.dev, &names.endings)?;
        let alone = train.files.is_empty() || dev.files.is_empty();
        let parts = match split {
            Split::Train if train.files.is_empty() => vec![dev],
            Split::Train => vec![train],
            Split::Dev if dev.files.is_empty() => vec![train],
            Split::Dev => vec![dev],
            Split::All => vec![train, dev],
        };
        let files: Vec<PathBuf> = parts.iter().flat_map(|part| part.files.clone()).collect();
        if !files.is_empty() {
            return Ok(Located {
                files,
                alone,
                warnings: parts
                    .iter()
                    .filter_map(|part| part.warning(folder))
                    .collect(),
            });
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

impl Found {
    fn warning(&self, folder: &Path) -> Option<String> {
        let read = self.files.first().filter(|_| !self.others.is_empty())?;
        Some(format!(
            "{}: {} was read, and {} left unread",
            folder.display(),
            read.file_name().unwrap_or_default().display(),
            self.others.join(", ")
        ))
    }
}

/// Finds the files of the first of `stems` that the folder has: `stem.ending`, or the hub's shards
/// `stem-00000-of-00002.ending`.
fn in_folder(folder: &Path, stems: &[&str], endings: &[&str]) -> Result<Found> {
    if !folder.is_dir() {
        return Ok(Found::default());
    }
    let failed = |source| Error::Io {
        path: folder.into(),
        source,
    };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<std::io::Result<Vec<OsString>>>()
        .map_err(failed)?;
    names.sort();
    // A name that is not UTF-8 cannot be one of those looked for.
    let names: Vec<&str> = names.iter().filter_map(|name| name.to_str()).collect();
    for stem in stems {
        let mut sets = Vec::new();
        for (i, ending) in endings.iter().enumerate() {
            if endings.iter().take(i).any(|earlier| earlier == ending) {
                continue;
            }
            let whole = format!("{stem}.{ending}");
            if names.contains(&whole.as_str()) {
                sets.push(vec![whole]);
            }
            let shards = shards(folder, &names, stem, ending)?;
            if !shards.is_empty() {
                sets.push(shards);
            }
        }
        let mut sets = sets.into_iter();
        if let Some(files) = sets.next() {
            return Ok(Found {
                files: files.iter().map(|file| folder.join(file)).collect(),
                others: sets.flatten().collect(),
            });
        }
    }
    Ok(Found::default())
}

/// Returns the shards `stem-00000-of-00002.ending` of a file, in order. `-` and more characters may follow the count.
fn shards(folder: &Path, names: &[&str], stem: &str, ending: &str) -> Result<Vec<String>> {
    let numbered = names.iter().filter_map(|name| {
        let numbers = name
            .strip_prefix(stem)?
            .strip_prefix('-')?
            .strip_suffix(ending)?
            .strip_suffix('.')?;
        let (number, count) = numbers.split_once("-of-")?;
        let count = count.split('-').next()?;
        Some((
            number.parse().ok()?,
            count.parse().ok()?,
            (*name).to_owned(),
        ))
    });
    let mut numbered: Vec<(usize, usize, String)> = numbered.collect();
    numbered.sort();
    let count = numbered.len();
    let complete = numbered
        .iter()
        .enumerate()
        .all(|(i, (number, of, _))| (*number, *of) == (i, count));
    let files: Vec<String> = numbered.into_iter().map(|(.., name)| name).collect();
    if !complete {
        return Err(Error::Shards {
            folder: folder.into(),
            found: files.join(", "),
        });
    }
    Ok(files)
}
