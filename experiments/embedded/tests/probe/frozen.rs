use burn::tensor::{DType, Tensor};
use burn_flex::{Flex, FlexDevice};
use nalgebra::DMatrix;
use tangent_embedded as embedded;
use tangent_lora::Trunk;
use tangent_spectral::Cholesky;

use crate::examples::Examples;

const RIDGE: f64 = 1e-2;

/// Returns the share of `dev` that ridge regression on the frozen encoder's features classifies correctly.
pub fn accuracy(train: &Examples, dev: &Examples) -> f64 {
    let (x, y) = (features(train), signs(train));
    let gram = Cholesky::of_ridge(&(x.transpose() * &x), RIDGE).unwrap();
    let weights = gram.solve(&(x.transpose() * y)).unwrap();
    let agreement = (features(dev) * weights).component_mul(&signs(dev));
    let right = agreement.iter().filter(|&&margin| margin > 0.0).count();
    right as f64 / dev.classes.len() as f64
}

/// Returns the classes as −1 or 1, `[n, 1]`.
fn signs(examples: &Examples) -> DMatrix<f64> {
    let signs = examples
        .classes
        .iter()
        .map(|&class| 2.0 * class as f64 - 1.0);
    DMatrix::from_iterator(examples.classes.len(), 1, signs)
}

/// Returns the features, `[n, 2 h + 1]`: the first token's last hidden state, the mean over all tokens, and 1.
fn features(examples: &Examples) -> DMatrix<f64> {
    let source = embedded::load().unwrap();
    let h = source.config.hidden_size;
    let trunk = Trunk::<Flex>::load(&source.config, &source.weights, &FlexDevice, DType::F32);
    let trunk = trunk.unwrap();
    let numbers = |x: Tensor<Flex, 2>| x.into_data().convert::<f64>().into_vec::<f64>().unwrap();
    let mut rows = Vec::new();
    for (batch, _) in examples.batches(50) {
        let states = trunk.forward(&batch);
        for range in batch.spans().ranges() {
            let first = states.clone().slice([range.start..range.start + 1, 0..h]);
            rows.extend(numbers(first));
            rows.extend(numbers(states.clone().slice([range, 0..h]).mean_dim(0)));
            rows.push(1.0);
        }
    }
    DMatrix::from_row_iterator(examples.classes.len(), 2 * h + 1, rows)
}
