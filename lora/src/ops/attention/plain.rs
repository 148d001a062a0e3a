use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Tensor, TensorData, backend::Backend};

use super::{Attended, Heads, Qkv, Run, runs};

/// Returns the rows `[rows, heads d]` of a run as `[examples, heads, rows of one example, d]`.
fn split<B: Backend>(
    x: &Tensor<B, 2>,
    first: usize,
    examples: usize,
    rows: usize,
    heads: usize,
) -> Tensor<B, 4> {
    let width = x.dims()[1];
    x.clone()
        .slice([first..first + examples * rows, 0..width])
        .reshape([examples, rows, heads, width / heads])
        .swap_dims(1, 2)
}

/// Undoes [`split`] for all runs together.
fn join<B: Backend>(parts: Vec<Tensor<B, 4>>) -> Tensor<B, 2> {
    let flat = parts.into_iter().map(|part| {
        let [examples, heads, rows, width] = part.dims();
        part.swap_dims(1, 2)
            .reshape([examples * rows, heads * width])
    });
    Tensor::cat(flat.collect(), 0)
}

struct Parts<'a> {
    run: Run,
    heads: Heads<'a>,
}

impl Parts<'_> {
    fn queries<B: Backend>(&self, x: &Tensor<B, 2>) -> Tensor<B, 4> {
        split(
            x,
            self.run.first_query,
            self.run.examples,
            self.run.queries,
            self.heads.count,
        )
    }

    /// Returns the keys of every query head: each key head once for each of its query heads.
    fn keys<B: Backend>(&self, x: &Tensor<B, 2>) -> Tensor<B, 4> {
        let Heads {
            count, key_count, ..
        } = self.heads;
        let keys = split(
            x,
            self.run.first_key,
            self.run.examples,
            self.run.keys,
            key_count,
        );
        match count / key_count {
            1 => keys,
            group => {
                let [examples, _, rows, width] = keys.dims();
                keys.reshape([examples, key_count, 1, rows * width])
                    .repeat_dim(2, group)
                    .reshape([examples, count, rows, width])
            }
        }
    }

    /// Returns the sum over the query heads of each key head: the transpose of [`Self::keys`].
    fn by_key_head<B: Backend>(&self, x: Tensor<B, 4>) -> Tensor<B, 4> {
        let Heads {
            count, key_count, ..
        } = self.heads;
        match count / key_count {
            1 => x,
            group => {
                let [examples, _, rows, width] = x.dims();
                x.reshape([examples, key_count, group, rows * width])
                    .sum_dim(2)
                    .reshape([examples, key_count, rows, width])
            }
        }
    }

    /// Returns the scores with those out of reach at −∞.
    fn masked<B: Backend>(&self, scores: Tensor<B, 4>) -> Tensor<B, 4> {
        let Run { queries, keys, .. } = self.run;
        if self.heads.reach.is_full(keys) {
            return scores;
        }
        let out_of_reach = (0..queries).flat_map(|row| {
            let reach = self.heads.reach_of(row, queries, keys);
            (0..keys).map(move |key| !reach.contains(&key))
        });
        let data = TensorData::new(out_of_reach.collect(), [1, 1, queries, keys]);
        let mask = Tensor::<B, 4, Bool>::from_data(data, &scores.device());
        let mask = mask.expand(scores.dims());
        scores.mask_fill(mask, f64::NEG_INFINITY)
    }
}

fn parts(heads: Heads<'_>) -> impl Iterator<Item = Parts<'_>> {
    runs(heads).into_iter().map(move |run| Parts { run, heads })
}

pub(super) fn forward<B: Backend>(
    inputs: &Qkv<Tensor<B, 2>>,
    heads: Heads,
) -> (Tensor<B, 2>, Vec<Tensor<B, 4>>, Vec<Tensor<B, 4>>) {
    let (mut contexts, mut probabilities, mut slopes) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts(heads) {
        let mut scores = part
            .queries(&inputs.query)
            .matmul(part.keys(&inputs.key).transpose())
            * heads.scale;
        if let Some(cap) = heads.cap {
            let tanh = (scores / cap).tanh();
            slopes.push(tanh.clone().powi_scalar(2).neg().add_scalar(1.0));
            scores = tanh * cap;
        }
        let p = softmax(part.masked(scores), 3);
        contexts.push(p.clone().matmul(part.keys(&inputs.value)));
        probabilities.push(p);
    }
    (join(contexts), probabilities, slopes)
}

pub(super) fn pullback<B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    context_bar: Tensor<B, 2>,
    wanted: Qkv<bool>,
) -> Qkv<Option<Tensor<B, 2>>> {
    let (mut query, mut key, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (part, p)) in parts(heads).zip(&kept.probabilities).enumerate() {
        let c_bar = part.queries(&context_bar);
        if wanted.value {
            value.push(part.by_key_head(p.clone().transpose().matmul(c_bar.clone())));
        }
        if wanted.query || wanted.key {
            let p_bar = c_bar.matmul(part.keys(&kept.inputs.value).transpose());
            let s_bar = softmax_tangent(p, p_bar);
            let s_bar = sloped(s_bar, kept.slopes.get(index)) * heads.scale;
            if wanted.query {
                query.push(s_bar.clone().matmul(part.keys(&kept.inputs.key)));
            }
            if wanted.key {
                let bar = s_bar.transpose().matmul(part.queries(&kept.inputs.query));
                key.push(part.by_key_head(bar));
            }
        }
    }
    let join = |parts: Vec<_>| (!parts.is_empty()).then(|| join(parts));
    Qkv {
        query: join(query),
        key: join(key),
        value: join(value),
    }
}

pub(super) fn pushforward<B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    tangents: Qkv<Option<Tensor<B, 2>>>,
) -> Tensor<B, 2> {
    let inputs = &kept.inputs;
    let parts = parts(heads).zip(&kept.probabilities).enumerate();
    let contexts = parts.map(|(index, (part, p))| {
        let by_query = tangents.query.as_ref().map(|q_dot| {
            part.queries(q_dot)
                .matmul(part.keys(&inputs.key).transpose())
        });
        let by_key = tangents.key.as_ref().map(|k_dot| {
            part.queries(&inputs.query)
                .matmul(part.keys(k_dot).transpose())
        });
        let by_scores = add(by_query, by_key).map(|s_dot| {
            let s_dot = sloped(s_dot * heads.scale, kept.slopes.get(index));
            softmax_tangent(p, s_dot).matmul(part.keys(&inputs.value))
        });
        let by_value = tangents
            .value
            .as_ref()
            .map(|v_dot| p.clone().matmul(part.keys(v_dot)));
        add(by_scores, by_value).expect("at least one tangent is given")
    });
    join(contexts.collect())
}

/// Multiplies by the derivative of the cap, if there is one.
fn sloped<B: Backend>(scores: Tensor<B, 4>, slope: Option<&Tensor<B, 4>>) -> Tensor<B, 4> {
    match slope {
        Some(slope) => scores * slope.clone(),
        None => scores,
    }
}

/// Applies the derivative of softmax, which is its own transpose: $P \odot (G - \mathrm{rowsum}(P \odot G))$.
fn softmax_tangent<B: Backend>(p: &Tensor<B, 4>, g: Tensor<B, 4>) -> Tensor<B, 4> {
    let along = (p.clone() * g.clone()).sum_dim(3);
    p.clone() * (g - along)
}

fn add<B: Backend>(a: Option<Tensor<B, 4>>, b: Option<Tensor<B, 4>>) -> Option<Tensor<B, 4>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}
