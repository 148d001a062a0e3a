//! Runs every target on the files of its corpus, as they are and damaged.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tangent_fuzz::{TARGETS, Target};

/// An allocator that records the largest single allocation since it was last reset.
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

/// Only one target runs at a time, so that all allocations are its own.
static ALONE: Mutex<()> = Mutex::new(());

/// The limit of a single allocation, in bytes: a megabyte of text in columns and rows takes several times its size.
const ENOUGH: usize = 64 << 20;

/// The largest size of a damaged file, in bytes.
const LONGEST: usize = 1 << 20;

/// Returns the files of a target.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut paths: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A kind of damage to a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Swap(Index, Index),
    /// Replaces a number of bytes by others.
    Replace(Index, usize, Vec<u8>),
    /// Inserts many copies of a piece.
    Repeat(Index, usize, usize),
    /// Replaces a value by another, in the whole file if it is JSON, or else in every line that is JSON.
    Value(Index, usize),
}

const WORDS: [&str; 29] = [
    "",
    "\"",
    "\"\"",
    "\r",
    "\n",
    "\0",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    ";",
    "\t",
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "4294967295",
    "18446744073709551615",
    "NaN",
    "é",
    "\u{feff}",
    "\\ud800",
    "[CLS]",
    "(.*)*",
    "all-linear",
    "=== vocab.txt\n",
];

fn values() -> [Value; 13] {
    [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(4_294_967_295_u64),
        json!(1e30),
        json!(1e-300),
        json!(""),
        json!("[CLS]"),
        json!([]),
        json!({}),
        json!([["a", "b"]]),
    ]
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        let index = any::<Index>;
        let bytes = prop_oneof![
            select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 1..9),
        ];
        prop_oneof![
            (index(), any::<u8>()).prop_map(|(at, bits)| Self::Flip(at, bits)),
            index().prop_map(Self::Cut),
            (index(), index()).prop_map(|(a, b)| Self::Swap(a, b)),
            (index(), 0..20_usize, bytes)
                .prop_map(|(at, out, bytes)| Self::Replace(at, out, bytes)),
            (index(), 1..20_usize, 1..2000_usize)
                .prop_map(|(at, length, times)| Self::Repeat(at, length, times)),
            (index(), 0..values().len()).prop_map(|(at, value)| Self::Value(at, value)),
        ]
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let place = |index: &Index| index.index(length + 1);
        let run = |index: &Index, of: usize| place(index)..(place(index) + of).min(length);
        match self {
            Self::Flip(at, bits) => {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte ^= bits;
                }
            }
            Self::Cut(at) => bytes.truncate(place(at)),
            Self::Swap(a, b) if length > 0 => bytes.swap(a.index(length), b.index(length)),
            Self::Swap(..) => {}
            Self::Replace(at, out, new) => _ = bytes.splice(run(at, *out), new.iter().copied()),
            Self::Repeat(at, of, times) => {
                let piece = bytes[run(at, *of)].repeat(*times);
                bytes.splice(place(at)..place(at), piece);
            }
            Self::Value(at, value) => {
                let new = &values()[*value];
                *bytes = match replaced(bytes, at, new) {
                    Some(whole) => whole,
                    None => {
                        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
                        lines
                            .flat_map(|line| match replaced(line, at, new) {
                                Some(line) => [line, b"\n".to_vec()].concat(),
                                None => line.to_vec(),
                            })
                            .collect()
                    }
                };
            }
        }
        bytes.truncate(LONGEST);
    }
}

/// Returns the JSON with one of its values replaced by `new`; `None` if the bytes are not JSON.
fn replaced(bytes: &[u8], at: &Index, new: &Value) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    let mut places = Vec::new();
    pointers(&value, String::new(), &mut places);
    *value.pointer_mut(at.get::<String>(&places))? = new.clone();
    Some(value.to_string().into_bytes())
}

fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                pointers(value, format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
    found.push(at);
}

/// Runs the target, checks that it took neither long nor much memory at once, and returns whether the bytes could be
/// read.
fn soon_and_small((_, read): Target, bytes: &[u8]) -> bool {
    LARGEST.0.store(0, Ordering::Relaxed);
    let start = Instant::now();
    let result = read(bytes);
    let (took, largest) = (start.elapsed(), LARGEST.0.load(Ordering::Relaxed));
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(largest < ENOUGH, "{largest} bytes at once");
    result
}

fn target(name: &str) -> Target {
    *TARGETS.iter().find(|(of, _)| *of == name).unwrap()
}

/// Replays the corpus of a target, then damages its files.
fn replay(name: &str, cases: u32) {
    let target = target(name);
    let files = corpus(name);
    assert!(files.len() >= 2);
    let _alone = ALONE.lock().unwrap_or_else(|broken| broken.into_inner());
    for file in &files {
        assert!(
            soon_and_small(target, file),
            "{name}: {}",
            file.escape_ascii()
        );
    }
    let damaged = (
        select(files),
        prop::collection::vec(Damage::any(), 1..6),
        any::<bool>(),
    );
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    };
    let checked = TestRunner::new(config).run(&damaged, |(mut bytes, damages, alone)| {
        // Accumulated damage leaves little of a file, so half of the cases are damaged only once.
        let most = if alone { 1 } else { damages.len() };
        for damage in &damages[..most] {
            damage.apply(&mut bytes);
        }
        soon_and_small(target, &bytes);
        Ok(())
    });
    checked.unwrap();
}

macro_rules! targets {
    ($($name:ident: $cases:literal,)*) => {
        $(#[test] fn $name() { replay(stringify!($name), $cases); })*

        #[test]
        fn every_target_is_replayed() {
            let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

targets! {
    adapter: 5000,
    checkpoint: 5000,
    config: 5000,
    delimited: 5000,
    json: 5000,
    result: 2000,
    safetensors: 5000,
    tokenizer: 5000,
}

#[test]
fn bytes_of_no_format_are_refused_soon() {
    let _alone = ALONE.lock().unwrap_or_else(|broken| broken.into_inner());
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    let checked = TestRunner::default().run(&bytes, |bytes| {
        for target in TARGETS {
            soon_and_small(target, &bytes);
        }
        Ok(())
    });
    checked.unwrap();
}
