//! Result folders: every file whole or none at all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use tangent_plot::Picture;

use crate::{Error, Result};

/// A folder of results that is being written.
///
/// Files are written into a hidden folder inside it; [`Output::commit`] moves them to their places once all of them are
/// on the disk. If an `Output` is dropped before that, its files are removed, and earlier results stay as they were.
#[derive(Debug)]
pub struct Output {
    dir: PathBuf,
    staging: PathBuf,
    files: Vec<String>,
    superseded: Vec<String>,
}

impl Output {
    /// Creates the folder if it does not exist, and checks that it can be written to.
    ///
    /// # Errors
    /// The folder cannot be created or written to.
    pub fn open(dir: &Path) -> Result<Self> {
        // Each `Output` has a number, so that two of one folder do not use the same hidden folder.
        static OPENED: AtomicUsize = AtomicUsize::new(0);
        let staging = dir.join(format!(
            ".partial-{}-{}",
            std::process::id(),
            OPENED.fetch_add(1, Ordering::Relaxed)
        ));
        // Created only to check, and removed at once, so that nothing is left if the program is killed before it has
        // results.
        fs::create_dir_all(&staging)
            .and_then(|()| fs::remove_dir_all(&staging))
            .map_err(|source| failed(dir, source))?;
        Ok(Self {
            dir: dir.into(),
            staging,
            files: Vec::new(),
            superseded: Vec::new(),
        })
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a file through a buffer.
    ///
    /// # Errors
    /// The disk is full, or `write` failed otherwise.
    pub fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        self.written_by(name, |path| {
            let mut out = BufWriter::new(File::create(path)?);
            write(&mut out)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?;
            Ok(())
        })
    }

    /// Writes a value as indented JSON, with a newline at its end.
    ///
    /// # Errors
    /// As [`Output::file`].
    pub fn json(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<()> {
        self.file(name, |out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            out.write_all(b"\n")
        })
    }

    /// Draws a picture, as `NAME.svg` and as `NAME.png`.
    ///
    /// # Errors
    /// As [`Output::file`].
    pub fn picture(&mut self, name: &str, picture: &impl Picture) -> Result<()> {
        for ending in tangent_plot::ENDINGS {
            let name = format!("{name}.{ending}");
            self.written_by(&name, |path| tangent_plot::draw(picture, path))?;
        }
        Ok(())
    }

    /// Calls `write` with a path that ends with `name`, where it creates the file.
    ///
    /// # Errors
    /// As [`Output::file`].
    pub fn written_by(
        &mut self,
        name: &str,
        write: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<()> {
        let path = self.staging.join(name);
        let folder = path.parent().unwrap_or(&self.staging);
        fs::create_dir_all(folder)
            .and_then(|()| tangent_files::written(&path, write))
            .map_err(|source| failed(&self.dir.join(name), source))?;
        self.files.push(name.into());
        Ok(())
    }

    /// Names files of earlier results that [`Output::commit`] removes, unless they are written again. Names of files
    /// outside the folder are ignored.
    pub fn supersede(&mut self, names: impl IntoIterator<Item = String>) {
        let inside = |name: &String| {
            let mut parts = Path::new(name).components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        self.superseded.extend(names.into_iter().filter(inside));
    }

    /// Calls [`Output::supersede`] for the files of an earlier result in this folder, as its `result.json` lists them.
    pub fn supersede_earlier(&mut self) {
        let read = || -> Option<Vec<String>> {
            let bytes = tangent_files::read(&self.dir.join("result.json")).ok()?;
            let result: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
            let ours = result["format"].as_str()?.starts_with("tangent ");
            let files = result["files"].as_object().filter(|_| ours)?;
            Some(files.keys().cloned().collect())
        };
        self.supersede(read().unwrap_or_default());
    }

    /// Moves all files to their places, in the order in which they were written, and then removes the files that they
    /// supersede. A crash in between leaves too many files, never too few.
    ///
    /// # Errors
    /// A folder stands in the place of a file, which is detected before any file is moved; or the folder is no longer
    /// writable. If some files were already moved, the error says so.
    pub fn commit(self) -> Result<()> {
        for name in &self.files {
            let to = self.dir.join(name);
            let free = || {
                fs::create_dir_all(to.parent().unwrap_or(&self.dir))?;
                match to.is_dir() {
                    true => Err(io::ErrorKind::IsADirectory.into()),
                    false => Ok(()),
                }
            };
            free().map_err(|source| failed(&to, source))?;
        }
        for (done, name) in self.files.iter().enumerate() {
            let to = self.dir.join(name);
            fs::rename(self.staging.join(name), &to)
                .map_err(|source| failed(&to, halfway(source, done, self.files.len())))?;
        }
        self.sync()?;
        for name in &self.superseded {
            let path = self.dir.join(name);
            if !self.files.contains(name) && path.is_file() {
                fs::remove_file(&path).map_err(|source| failed(&path, source))?;
            }
        }
        Ok(())
    }

    /// Flushes the names of the files to the disk, where their contents already are.
    fn sync(&self) -> Result<()> {
        let paths = self.files.iter().map(|name| self.dir.join(name));
        let folders: BTreeSet<PathBuf> = paths
            .filter_map(|path| path.parent().map(Path::to_owned))
            .collect();
        for folder in folders {
            let synced = File::open(&folder).and_then(|folder| folder.sync_all());
            match synced {
                // Some file systems cannot flush a folder.
                Err(error) if error.kind() != io::ErrorKind::InvalidInput => {
                    return Err(failed(&folder, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // A failure is ignored, because nothing depends on the hidden folder.
        let _ = fs::remove_dir_all(&self.staging);
    }
}

/// Returns the error of a file that could not be moved, which says that `done` of `all` files were moved before it.
fn halfway(source: io::Error, done: usize, all: usize) -> io::Error {
    match done {
        0 => source,
        _ => io::Error::new(
            source.kind(),
            format!(
                "{source}; {done} of {all} new files have replaced earlier ones already, so that the folder mixes two \
                 results: run the same command again"
            ),
        ),
    }
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Output {
        path: path.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_together() {
        let dir = tempfile::tempdir().unwrap();
        let mut output = Output::open(dir.path()).unwrap();
        output.file("a", |out| out.write_all(b"1")).unwrap();
        output.file("blocks/b", |out| out.write_all(b"2")).unwrap();
        assert!(!dir.path().join("a").exists());
        output.commit().unwrap();
        assert_eq!(names(dir.path()), ["a", "blocks"]);
        assert_eq!(fs::read(dir.path().join("blocks/b")).unwrap(), b"2");
    }

    #[test]
    fn what_is_superseded_goes_with_the_commit_and_only_inside_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("out");
        fs::create_dir(&dir).unwrap();
        for path in [dir.join("a"), dir.join("old"), parent.path().join("b")] {
            fs::write(path, "earlier").unwrap();
        }
        let mut output = Output::open(&dir).unwrap();
        output.supersede(["a", "old", "gone", "../b"].map(String::from));
        output.file("a", |out| out.write_all(b"now")).unwrap();
        assert_eq!(names(&dir).len(), 3);
        output.commit().unwrap();
        assert_eq!(names(&dir), ["a"]);
        assert_eq!(names(parent.path()), ["b", "out"]);
    }

    #[test]
    fn what_is_superseded_stays_until_the_new_files_are_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("old"), "earlier").unwrap();
        // A folder stands in the place of the last file.
        fs::create_dir(dir.path().join("b")).unwrap();
        fs::write(dir.path().join("a"), "earlier").unwrap();
        let mut output = Output::open(dir.path()).unwrap();
        output.supersede(["old".to_owned()]);
        output.file("a", |out| out.write_all(b"now")).unwrap();
        output.file("b", |out| out.write_all(b"now")).unwrap();
        let message = output.commit().unwrap_err().to_string();
        assert!(
            message.contains("/b: results cannot be written"),
            "{message}"
        );
        assert_eq!(names(dir.path()), ["a", "b", "old"]);
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"earlier");
    }

    #[test]
    fn a_move_that_fails_half_way_is_told() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("old"), "earlier").unwrap();
        let mut output = Output::open(dir.path()).unwrap();
        output.supersede(["old".to_owned()]);
        output.file("a", |out| out.write_all(b"now")).unwrap();
        output.file("b", |out| out.write_all(b"now")).unwrap();
        fs::remove_file(output.staging.join("b")).unwrap();
        let message = output.commit().unwrap_err().to_string();
        assert!(
            message.contains("1 of 2 new files have replaced"),
            "{message}"
        );
        assert_eq!(names(dir.path()), ["a", "old"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_may_have_any_name() {
        use std::os::unix::ffi::OsStrExt;
        let parent = tempfile::tempdir().unwrap();
        let dir = parent
            .path()
            .join(std::ffi::OsStr::from_bytes(b"r\xe9sultats \xff"));
        fs::create_dir(&dir).unwrap();
        let earlier = r#"{"format": "tangent kernel 1", "files": {"old": ""}}"#;
        fs::write(dir.join("result.json"), earlier).unwrap();
        fs::write(dir.join("old"), "earlier").unwrap();
        let mut output = Output::open(&dir).unwrap();
        output.supersede_earlier();
        let chart = tangent_plot::BarChart {
            title: "t".into(),
            y: "y".into(),
            scale: tangent_plot::Scale::Linear,
            groups: vec!["g".into()],
            series: Vec::new(),
        };
        output.picture("pictures/p", &chart).unwrap();
        output.json("result.json", &[1]).unwrap();
        output.commit().unwrap();
        assert_eq!(names(&dir), ["pictures", "result.json"]);
        assert_eq!(names(&dir.join("pictures")), ["p.png", "p.svg"]);
    }

    #[test]
    fn two_of_one_folder_keep_to_themselves() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = Output::open(dir.path()).unwrap();
        first.file("a", |out| out.write_all(b"1")).unwrap();
        let mut second = Output::open(dir.path()).unwrap();
        second.file("b", |out| out.write_all(b"2")).unwrap();
        first.commit().unwrap();
        second.commit().unwrap();
        assert_eq!(names(dir.path()), ["a", "b"]);
    }

    #[test]
    fn a_failure_leaves_earlier_results_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "earlier").unwrap();
        let mut output = Output::open(dir.path()).unwrap();
        output.file("a", |out| out.write_all(b"now")).unwrap();
        let error = output
            .file("b", |_| Err(io::ErrorKind::StorageFull.into()))
            .unwrap_err();
        let message = format!(
            "{}: results cannot be written: no storage space",
            dir.path().join("b").display()
        );
        assert_eq!(error.to_string(), message);
        drop(output);
        assert_eq!(names(dir.path()), ["a"]);
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"earlier");
    }
}
