//! Files of the corpus, mutated: whatever the bytes are, there is an answer or an error, soon and in little memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tangent_lora::{EncoderConfig, fuzz};

/// The largest single allocation since it was last asked.
struct Largest(AtomicUsize);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Largest {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: a pointer from `alloc` with its layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static LARGEST: Largest = Largest(AtomicUsize::new(0));

/// A file's hash is taken through a buffer of a megabyte; modules of as many layers as a configuration may have are some.
const ENOUGH: usize = 64 << 20;

/// What is done to a file.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(usize, u8),
    Insert(usize, Vec<u8>),
    Delete(usize, usize),
    Swap(usize, usize),
    /// Puts a text that means something in place of as many bytes.
    Overwrite(usize, &'static str),
    Cut(usize),
}

const WORDS: [&str; 14] = [
    "18446744073709551615",
    "9223372036854775807",
    "-1",
    "1e308",
    "0",
    "null",
    "[]",
    "{}",
    "true",
    "\"",
    "NaN",
    "(.*)*",
    "all-linear",
    "\u{feff}",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = || any::<prop::sample::Index>().prop_map(|at| at.index(1 << 20));
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        (at(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, new)| Mutation::Insert(at, new)),
        (at(), 1usize..40).prop_map(|(at, count)| Mutation::Delete(at, count)),
        (at(), at()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        (at(), prop::sample::select(&WORDS[..]))
            .prop_map(|(at, word)| Mutation::Overwrite(at, word)),
        at().prop_map(Mutation::Cut),
    ]
}

fn mutate(mut bytes: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match mutation {
            Mutation::Flip(at, bits) => bytes[at % length] ^= bits,
            Mutation::Insert(at, new) => {
                let at = at % length;
                bytes.splice(at..at, new.iter().copied());
            }
            Mutation::Delete(at, count) => {
                let at = at % length;
                bytes.drain(at..length.min(at + count));
            }
            Mutation::Swap(a, b) => bytes.swap(a % length, b % length),
            Mutation::Overwrite(at, word) => {
                let at = at % length;
                bytes.splice(at..length.min(at + word.len()), word.bytes());
            }
            Mutation::Cut(at) => bytes.truncate(at % length),
        }
    }
    bytes
}

fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Runs `read` and makes sure that it took neither long nor much.
fn soon_and_small<T>(read: impl FnOnce() -> T) -> T {
    LARGEST.0.store(0, Ordering::Relaxed);
    let start = Instant::now();
    let result = read();
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert!(LARGEST.0.load(Ordering::Relaxed) < ENOUGH);
    result
}

/// The encoder that the adapters of the corpus are for.
fn encoder() -> EncoderConfig {
    EncoderConfig::from_bytes(&corpus("config")[0]).unwrap()
}

fn tensors() -> Vec<u8> {
    corpus("safetensors").swap_remove(0)
}

#[test]
fn the_corpus_itself_is_read() {
    assert!(
        corpus("config")
            .iter()
            .all(|bytes| fuzz::config(bytes).is_ok())
    );
    assert!(
        corpus("safetensors")
            .iter()
            .all(|bytes| fuzz::safetensors(bytes).is_ok())
    );
    for bytes in corpus("adapter") {
        fuzz::adapter(&bytes, &tensors(), &encoder()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn configurations(
        which: prop::sample::Index, mutations in prop::collection::vec(mutation(), 1..5),
    ) {
        let files = corpus("config");
        let bytes = mutate(files[which.index(files.len())].clone(), &mutations);
        let _ = soon_and_small(|| fuzz::config(&bytes));
    }

    #[test]
    fn adapters(
        which: prop::sample::Index, mutations in prop::collection::vec(mutation(), 0..5),
        of_tensors in prop::collection::vec(mutation(), 0..2),
    ) {
        let files = corpus("adapter");
        let bytes = mutate(files[which.index(files.len())].clone(), &mutations);
        let tensors = mutate(tensors(), &of_tensors);
        let encoder = encoder();
        let _ = soon_and_small(|| fuzz::adapter(&bytes, &tensors, &encoder));
    }

    #[test]
    fn tensor_files(
        which: prop::sample::Index, mutations in prop::collection::vec(mutation(), 1..5),
    ) {
        let files = corpus("safetensors");
        let bytes = mutate(files[which.index(files.len())].clone(), &mutations);
        let _ = soon_and_small(|| fuzz::safetensors(&bytes));
    }
}
