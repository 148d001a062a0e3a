use burn::tensor::{Tensor, TensorData, backend::Backend};

/// One draw of dropout. The seed and an entry's index alone decide whether an entry of a matrix is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dropout {
    rate: f64,
    seed: u64,
}

impl Dropout {
    /// Returns the draw of this rate and seed.
    ///
    /// # Panics
    /// If `rate` is not in $[0, 1)$.
    pub(super) fn new(rate: f64, seed: u64) -> Self {
        assert!(
            (0.0..1.0).contains(&rate),
            "a dropout rate is in [0, 1), not {rate}"
        );
        Self { rate, seed }
    }

    /// Returns $1/(1 - \text{rate})$, the factor of the entries that are not dropped.
    pub(super) fn gain(self) -> f64 {
        1.0 / (1.0 - self.rate)
    }

    /// Returns 0 at the entries that are dropped and 1 at the others, in the shape and element type of `like`.
    pub(super) fn mask<B: Backend>(self, like: &Tensor<B, 2>) -> Tensor<B, 2> {
        let [rows, columns] = like.dims();
        // One random number decides two entries, with 32 bits each.
        let threshold = (self.rate * 2f64.powi(32)) as u32;
        let mut values = Vec::with_capacity(rows * columns + 1);
        for pair in 0..(rows * columns).div_ceil(2) as u64 {
            let bits = mix(self.seed.wrapping_add(pair.wrapping_mul(STEP)));
            for half in [bits as u32, (bits >> 32) as u32] {
                values.push(if half < threshold { 0.0_f32 } else { 1.0 });
            }
        }
        values.truncate(rows * columns);
        let data = TensorData::new(values, [rows, columns]).convert_dtype(like.dtype());
        Tensor::from_data(data, (&like.device(), like.dtype()))
    }
}

/// SplitMix64's increment: the fraction of the golden ratio in 64 bits, which is odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns the output of SplitMix64's function (Steele, Lea and Flood 2014): 64 bits that look independent for
/// neighbouring inputs.
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Returns a seed for the draw with index `place`.
pub(crate) fn seed_of(seed: u64, place: u64) -> u64 {
    mix(mix(seed.wrapping_add(STEP)) ^ place.wrapping_add(1).wrapping_mul(STEP))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Tensor};
    use burn_flex::{Flex, FlexDevice};

    use super::{Dropout, seed_of};

    fn mask(rate: f64, seed: u64) -> Vec<f32> {
        let like = Tensor::<Flex, 2>::zeros([301, 333], (&FlexDevice, DType::F32));
        Dropout::new(rate, seed)
            .mask(&like)
            .into_data()
            .to_vec()
            .unwrap()
    }

    #[test]
    fn entries_are_dropped_at_the_rate_and_independently_of_their_neighbours() {
        let rate = 0.1;
        let kept = mask(rate, 7);
        let n = kept.len() as f64;
        let near = |share: f64, expected: f64| {
            let deviation = (expected * (1.0 - expected) / n).sqrt();
            assert!(
                (share - expected).abs() < 5.0 * deviation,
                "{share} of {expected}"
            );
        };
        near(kept.iter().filter(|&&x| x == 0.0).count() as f64 / n, rate);
        for lag in [1, 2, 333] {
            let both = kept.iter().zip(&kept[lag..]);
            let both = both.filter(|&(a, b)| *a == 0.0 && *b == 0.0).count();
            near(both as f64 / n, rate * rate);
        }
        assert_eq!(mask(0.0, 7).iter().sum::<f32>(), kept.len() as f32);
    }

    #[test]
    fn seeds_decide_the_draw() {
        let seeds = [seed_of(1, 0), seed_of(1, 1), seed_of(2, 0)];
        for (i, &a) in seeds.iter().enumerate() {
            assert_eq!(mask(0.3, a), mask(0.3, a));
            for &b in &seeds[..i] {
                let (a, b) = (mask(0.3, a), mask(0.3, b));
                let differ = a.iter().zip(&b).filter(|(a, b)| a != b).count() as f64;
                let (n, expected) = (a.len() as f64, 0.42);
                let deviation = (expected * (1.0 - expected) / n).sqrt();
                assert!((differ / n - expected).abs() < 5.0 * deviation);
            }
        }
    }
}
