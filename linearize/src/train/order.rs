use tangent_random::Draws;

/// The order of the examples. Every epoch has its own permutation, which depends only on the seed and the number of the
/// epoch.
pub(super) struct Order {
    seed: u64,
    n: usize,
    /// The epoch whose order `places` holds.
    epoch: Option<usize>,
    places: Vec<usize>,
}

impl Order {
    pub(super) fn new(n: usize, seed: u64) -> Self {
        Self {
            seed,
            n,
            epoch: None,
            places: Vec::new(),
        }
    }

    /// Returns the indices of the examples in the order of an epoch.
    pub(super) fn epoch(&mut self, epoch: usize) -> &[usize] {
        if self.epoch != Some(epoch) {
            self.places = Draws::new(self.seed, epoch as u64).shuffled(self.n);
            self.epoch = Some(epoch);
        }
        &self.places
    }
}

/// Returns the seed for the dropout of one batch.
pub(super) fn dropout_seed(seed: u64, batch: usize) -> u64 {
    Draws::new(!seed, batch as u64).bits()
}
