//! The streams of random numbers of this crate.

/// A stream of random numbers that a seed and a purpose determine.
pub(crate) type Stream = tangent_random::Draws;

/// The purposes of random streams: each use has its own number, which is never reused.
pub(crate) mod purpose {
    pub(crate) const SAMPLE: u64 = 1;
    pub(crate) const DIVISION: u64 = 2;
    pub(crate) const CORPUS: u64 = 3;
    /// Generated tasks: this plus the number of the task and split.
    pub(crate) const GENERATED: u64 = 16;
}
