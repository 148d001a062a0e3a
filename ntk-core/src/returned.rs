//! Checks of what a model returns, and its conversion to plain vectors.

use burn::tensor::Tensor;

use crate::{
    Block, Error, Model,
    shape::{check_length, check_shape},
    tensor,
};

/// Returns the values of a tensor `[n, C]` for a batch of the examples of `set`, such as outputs.
pub(crate) fn of_examples<M: Model>(
    model: &M,
    what: &str,
    set: &'static str,
    batch: &[usize],
    tensor: Tensor<M::Backend, 2>,
) -> Result<Vec<f64>, Error> {
    let outputs = model.outputs();
    check_shape(what, &[batch.len(), outputs], &tensor.dims())?;
    let values: Vec<f64> = tensor.into_data().iter().collect();
    match values.iter().position(|x| !x.is_finite()) {
        Some(place) => Err(not_finite(model, what.into(), set, batch[place / outputs])),
        None => Ok(values),
    }
}

/// Returns the gradients of the chosen blocks as one vector; an error about a value that is not
/// finite names the first example of the batch.
pub(crate) fn gradient<M: Model>(
    model: &M,
    chosen: &[usize],
    set: &'static str,
    batch: &[usize],
    gradient: Vec<Tensor<M::Backend, 1>>,
) -> Result<Vec<f64>, Error> {
    let blocks = model.blocks();
    check_shape("gradients", &[blocks.len()], &[gradient.len()])?;
    let length = chosen.iter().map(|&l| blocks[l].parameters).sum();
    let mut values = Vec::with_capacity(length);
    for (l, gradient) in gradient.into_iter().enumerate() {
        if !chosen.contains(&l) {
            continue;
        }
        let Block {
            name, parameters, ..
        } = &blocks[l];
        let what = || format!("gradients of block `{name}`");
        check_shape(&what(), &[*parameters], &gradient.dims())?;
        let start = values.len();
        values.extend(gradient.into_data().iter::<f64>());
        // A fold without an early exit is vectorised.
        let finite = values[start..]
            .iter()
            .fold(true, |all, x| all & x.is_finite());
        if !finite {
            return Err(not_finite(model, what(), set, batch[0]));
        }
    }
    Ok(values)
}

/// Splits a vector over the chosen blocks into one tensor for each block of the model, zeros for
/// the other blocks.
pub(crate) fn tangent<M: Model>(
    model: &M,
    chosen: &[usize],
    delta: &[f64],
) -> Result<Vec<Tensor<M::Backend, 1>>, Error> {
    let blocks = model.blocks();
    check_length(
        chosen.iter().map(|&l| blocks[l].parameters).sum(),
        delta.len(),
    )?;
    let mut rest = delta;
    let tensors = blocks.iter().enumerate().map(|(l, block)| {
        let values = if chosen.contains(&l) {
            let (values, after) = rest.split_at(block.parameters);
            rest = after;
            values.to_vec()
        } else {
            vec![0.0; block.parameters]
        };
        tensor(model, values, [block.parameters])
    });
    Ok(tensors.collect())
}

pub(crate) fn not_finite<M: Model>(
    model: &M,
    what: String,
    set: &'static str,
    example: usize,
) -> Error {
    Error::NonFinite {
        what,
        set,
        example,
        dtype: model.dtype(),
    }
}
