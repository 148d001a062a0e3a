//! What a computation will take in memory.

/// A number of bytes for people: `1.25 GB`, in powers of 1000.
pub(crate) fn bytes(n: usize) -> String {
    let (unit, scale) = match n {
        0..1_000_000 => ("kB", 1e3),
        1_000_000..1_000_000_000 => ("MB", 1e6),
        _ => ("GB", 1e9),
    };
    format!("{:.2} {unit}", n as f64 / scale)
}
