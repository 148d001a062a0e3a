use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Writes a file, whole or not at all.
///
/// # Errors
/// An error of the system, for example if the folder does not exist or is not writable, or if the disk is full. An
/// earlier file of that name stays as it was.
pub fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    write_with(path, |path| fs::write(path, contents))
}

/// Lets `write` make a file beside `path`, and renames that file to `path` once its bytes are on the disk.
///
/// # Errors
/// The errors of [`write`](fn@write), and those that the argument `write` returns.
pub fn write_with(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let moved = written(&partial, write).and_then(|()| fs::rename(&partial, path));
    moved.inspect_err(|_| {
        // The file may not even have been created.
        let _ = fs::remove_file(&partial);
    })
}

/// Lets `write` make the file `path`, flushes its bytes to the disk, and gives it the permissions of any new file,
/// because some writers replace it by a private file.
///
/// # Errors
/// As [`write_with`].
pub fn written(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let permissions = File::create(path)?.metadata()?.permissions();
    write(path)?;
    fs::set_permissions(path, permissions)?;
    File::options().write(true).open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_earlier_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        write(&file, b"earlier").unwrap();
        let full = |path: &Path| {
            fs::write(path, "half")?;
            Err(io::ErrorKind::StorageFull.into())
        };
        let error = write_with(&file, full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&file).unwrap(), b"earlier");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(write(&dir.path().join("absent/file"), b"").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_of_a_writer_gets_the_permissions_of_any_new_one() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            let about = fs::metadata(dir.path().join(name)).unwrap();
            about.permissions().mode()
        };
        fs::write(dir.path().join("new"), "").unwrap();
        let private = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        write_with(&dir.path().join("ours"), private).unwrap();
        assert_eq!(mode("ours"), mode("new"));
    }
}
