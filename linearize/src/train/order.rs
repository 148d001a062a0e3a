use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The order of the examples: every epoch a permutation of its own, a function of the seed and the epoch's number.
pub(super) struct Order {
    seed: u64,
    n: usize,
    /// The epoch that `places` is of.
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

    /// The examples of an epoch.
    pub(super) fn epoch(&mut self, epoch: usize) -> &[usize] {
        if self.epoch != Some(epoch) {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(epoch as u64);
            self.places = (0..self.n).collect();
            self.places.shuffle(&mut rng);
            self.epoch = Some(epoch);
        }
        &self.places
    }
}

/// A seed for the dropout of one batch.
pub(super) fn dropout_seed(seed: u64, batch: usize) -> u64 {
    use rand::Rng;
    let mut rng = ChaCha8Rng::seed_from_u64(!seed);
    rng.set_stream(batch as u64);
    rng.next_u64()
}
