use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use sha2::{Digest, Sha256};

use super::header;
use crate::error::Error;
use crate::text::open;

/// What a model's folder should contain, for messages.
pub(super) const EXPECTED: &str = "a model's folder holds config.json and model.safetensors";

/// One safetensors file. For a file on disk, the header is in memory and the tensors stay on disk until they are read.
#[derive(Debug)]
pub(super) struct Shard {
    pub path: PathBuf,
    store: Store,
    header: Metadata,
    /// The offset of the first tensor.
    start: u64,
}

/// Where the bytes of a file are.
#[derive(Debug)]
enum Store {
    Disk,
    Memory(Cow<'static, [u8]>),
}

impl Shard {
    /// Reads the header and checks that the file has the length that the header announces.
    ///
    /// `expected` says what should be there if the file does not exist.
    pub(super) fn open(path: &Path, expected: &'static str) -> Result<Self, Error> {
        let (mut file, length) = open(path, expected)?;
        Self::parse(path, length, &mut file, Store::Disk, expected)
    }

    /// Does the same as [`Shard::open`] for bytes that are in memory; `path` names them in messages.
    pub(super) fn from_bytes(path: &Path, bytes: Cow<'static, [u8]>) -> Result<Self, Error> {
        let (length, copy) = (bytes.len() as u64, bytes.clone());
        Self::parse(path, length, &mut &copy[..], Store::Memory(bytes), EXPECTED)
    }

    fn parse(
        path: &Path,
        length: u64,
        from: &mut impl Read,
        store: Store,
        expected: &'static str,
    ) -> Result<Self, Error> {
        let io = |e| Error::io(path, expected, e);
        let broken = |problem: String| Error::Safetensors {
            path: path.into(),
            problem,
        };
        if length < 8 {
            return Err(broken(format!(
                "it has {length} bytes, fewer than the length of a header"
            )));
        }
        let mut first = [0; 8];
        from.read_exact(&mut first).map_err(io)?;
        let header_length = header::length(first, length).map_err(broken)?;
        let mut header = vec![0; header_length];
        from.read_exact(&mut header).map_err(io)?;
        let header = header::parse(&header).map_err(broken)?;
        let start = 8 + header_length as u64;
        let announced = start.saturating_add(header.data_len() as u64);
        if announced != length {
            return Err(broken(format!(
                "it has {length} bytes, its header announces {announced}"
            )));
        }
        Ok(Self {
            path: path.into(),
            store,
            header,
            start,
        })
    }

    /// Returns the tensors' names as they are stored, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.header.tensors().into_keys().collect();
        names.sort_unstable();
        names
    }

    pub(super) fn info(&self, stored: &str) -> Option<&TensorInfo> {
        self.header.info(stored)
    }

    /// Returns the entries of a tensor; an error if they are not floating-point numbers, or not all finite.
    pub(super) fn read(&self, stored: &str, info: &TensorInfo) -> Result<Vec<f32>, Error> {
        let bytes = self
            .bytes(info)
            .map_err(|e| Error::io(&self.path, EXPECTED, e))?;
        let values: Vec<f32> = match info.dtype {
            Dtype::F32 => entries(&bytes, f32::from_le_bytes).collect(),
            Dtype::F16 => entries(&bytes, |b| f16::from_le_bytes(b).to_f32()).collect(),
            Dtype::BF16 => entries(&bytes, |b| bf16::from_le_bytes(b).to_f32()).collect(),
            Dtype::F64 => entries(&bytes, |b| f64::from_le_bytes(b) as f32).collect(),
            dtype => {
                return Err(Error::ElementType {
                    path: self.path.clone(),
                    name: stored.into(),
                    dtype,
                });
            }
        };
        let infinite = values.iter().enumerate().find(|(_, v)| !v.is_finite());
        match infinite.map(|(at, &value)| (at, f64::from(value))) {
            None => Ok(values),
            Some((at, value)) => Err(Error::NotFinite {
                path: self.path.clone(),
                name: stored.into(),
                index: unravel(at, &info.shape),
                // The value may be finite in the file and too large only for f32.
                value: match info.dtype {
                    Dtype::F64 => entries(&bytes, f64::from_le_bytes).nth(at).unwrap_or(value),
                    _ => value,
                },
            }),
        }
    }

    fn bytes(&self, info: &TensorInfo) -> std::io::Result<Cow<'_, [u8]>> {
        let (begin, end) = info.data_offsets;
        let from = self.start + begin as u64;
        if let Store::Memory(bytes) = &self.store {
            let all = bytes.get(from as usize..self.start as usize + end);
            return all.map(Cow::from).ok_or(ErrorKind::UnexpectedEof.into());
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![0; end - begin];
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }

    /// Feeds the whole file to a hash.
    pub(super) fn hash(&self, hash: &mut Sha256) -> Result<(), Error> {
        if let Store::Memory(bytes) = &self.store {
            hash.update(bytes);
            return Ok(());
        }
        let mut copy = || {
            let mut file = File::open(&self.path)?;
            let mut buffer = vec![0; 1 << 20];
            loop {
                let read = file.read(&mut buffer)?;
                match buffer.get(..read) {
                    Some(read) if !read.is_empty() => hash.update(read),
                    _ => return Ok(()),
                }
            }
        };
        copy().map_err(|e| Error::io(&self.path, EXPECTED, e))
    }
}

fn entries<const N: usize, T>(
    bytes: &[u8],
    value: impl Fn([u8; N]) -> T,
) -> impl Iterator<Item = T> {
    bytes
        .as_chunks::<N>()
        .0
        .iter()
        .map(move |&chunk| value(chunk))
}

/// Returns the index of entry `at` of a row-major tensor.
fn unravel(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let i = at % size;
            at /= size;
            i
        })
        .collect();
    index.reverse();
    index
}
