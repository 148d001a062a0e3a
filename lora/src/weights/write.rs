use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use safetensors::{Dtype, SafeTensorError, View};

use crate::error::Error;

/// Writes `f32` tensors (name, shape, entries in row-major order) as a safetensors file: all of it or nothing.
///
/// They are sorted by name, as Python's writer sorts them, so the bytes do not depend on the order given.
///
/// # Errors
/// The folder is not there or not writable; the disk is full; a tensor's entries are not as many as its shape says.
pub fn write_safetensors(
    path: &Path,
    tensors: &[(String, Vec<usize>, &[f32])],
) -> Result<(), Error> {
    for (name, shape, values) in tensors {
        if shape.iter().product::<usize>() != values.len() {
            let (name, expected, found) = (name.clone(), shape.clone(), vec![values.len()]);
            return Err(Error::Shape {
                path: path.into(),
                name,
                expected,
                found,
            });
        }
    }
    let views = tensors
        .iter()
        .map(|(name, shape, values)| (name, Values { shape, values }));
    // Hugging Face's library refuses a file that does not say this.
    let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
    atomically(path, |path| {
        safetensors::serialize_to_file(views, Some(metadata), path).map_err(|e| match e {
            SafeTensorError::IoError(e) => e,
            other => io::Error::other(other),
        })
    })
}

/// Writes a file: all of it or nothing.
///
/// # Errors
/// The folder is not there or not writable; the disk is full.
pub fn write_file(path: &Path, contents: &[u8]) -> Result<(), Error> {
    atomically(path, |path| fs::write(path, contents))
}

/// Lets `write` make a file beside `path`, and gives it that name once its bytes are on the disk.
fn atomically(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let finished = || {
        // safetensors makes a private file of its own; the permissions are to be those of any new file.
        let permissions = File::create(&partial)?.metadata()?.permissions();
        write(&partial)?;
        fs::set_permissions(&partial, permissions)?;
        File::options().write(true).open(&partial)?.sync_all()?;
        fs::rename(&partial, path)
    };
    finished().map_err(|e| {
        // It may not even have been created.
        let _ = fs::remove_file(&partial);
        Error::io(path, "the folder to write to must exist", e)
    })
}

/// `f32` entries as safetensors wants to see them.
struct Values<'a> {
    shape: &'a [usize],
    values: &'a [f32],
}

impl View for Values<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match cfg!(target_endian = "little") {
            true => bytemuck::cast_slice(self.values).into(),
            false => self
                .values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<u8>>()
                .into(),
        }
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}
