//! The machine and the program, as result files describe them.

use std::collections::BTreeMap;
use std::fs;

use serde::Serialize;

/// Versions by name; a test compares them with `Cargo.lock`.
const VERSIONS: [(&str, &str); 7] = [
    ("tangent", env!("CARGO_PKG_VERSION")),
    ("burn", "0.21.0"),
    ("gemm", "0.19.0"),
    ("nalgebra", "0.35.0"),
    ("nalgebra-lapack", "0.28.0"),
    ("polars", "0.55.2"),
    ("tokenizers", "0.23.2"),
];

/// Returns the versions of this program and of the libraries that its numbers depend on, by name.
pub fn versions() -> BTreeMap<&'static str, &'static str> {
    VERSIONS.into()
}

/// A description of a machine.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// The number of threads that the machine offers.
    pub threads: usize,
    /// Bytes of memory.
    pub memory: Option<usize>,
    /// Operating system and architecture.
    pub system: String,
}

/// Returns the description of this machine.
pub fn machine() -> Machine {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Machine {
        processor: name.map_or("unknown", |(_, name)| name).into(),
        threads: threads(),
        memory: field("/proc/meminfo", "MemTotal"),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

/// Returns the number of threads that the machine offers.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Returns the bytes of memory that are free for programs; `None` if the system does not report them.
pub fn available_memory() -> Option<usize> {
    field("/proc/meminfo", "MemAvailable")
}

/// Returns the bytes of memory that this process takes now.
pub fn resident_memory() -> Option<usize> {
    field("/proc/self/status", "VmRSS")
}

/// Returns the largest number of bytes of memory that this process has taken.
pub fn peak_memory() -> Option<usize> {
    field("/proc/self/status", "VmHWM")
}

/// Returns the bytes in the line `key:   123 kB` of one of Linux's files.
fn field(file: &str, key: &str) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let kilobytes: usize = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock: toml::Table = include_str!("../../../Cargo.lock").parse().unwrap();
        let packages = lock["package"].as_array().unwrap();
        for (name, version) in VERSIONS.into_iter().skip(1) {
            let locked: Vec<_> = packages
                .iter()
                .filter(|p| p["name"].as_str() == Some(name))
                .map(|p| p["version"].as_str())
                .collect();
            assert!(
                locked.contains(&Some(version)),
                "{name}: {version} here, {locked:?} in Cargo.lock"
            );
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_says_how_much_memory_is_taken() {
        let (now, peak) = (resident_memory().unwrap(), peak_memory().unwrap());
        assert!(now > 100_000 && peak >= now && peak < machine().memory.unwrap());
    }
}
