use burn::tensor::activation::softmax;
use burn::tensor::{Tensor, backend::Backend};

use super::{Attended, Heads, Qkv, Run, runs};

/// Returns the rows `[rows, h]` of a run as `[examples, heads, rows of one example, h / heads]`.
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
    fn keys<B: Backend>(&self, x: &Tensor<B, 2>) -> Tensor<B, 4> {
        split(
            x,
            self.run.first_key,
            self.run.examples,
            self.run.keys,
            self.heads.count,
        )
    }
}

fn parts(heads: Heads<'_>) -> impl Iterator<Item = Parts<'_>> {
    runs(heads).into_iter().map(move |run| Parts { run, heads })
}

pub(super) fn forward<B: Backend>(
    inputs: &Qkv<Tensor<B, 2>>,
    heads: Heads,
    scale: f64,
) -> (Tensor<B, 2>, Vec<Tensor<B, 4>>) {
    let (contexts, probabilities) = parts(heads)
        .map(|part| {
            let scores = part
                .queries(&inputs.query)
                .matmul(part.keys(&inputs.key).transpose())
                * scale;
            let p = softmax(scores, 3);
            (p.clone().matmul(part.keys(&inputs.value)), p)
        })
        .unzip();
    (join(contexts), probabilities)
}

pub(super) fn pullback<B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    scale: f64,
    context_bar: Tensor<B, 2>,
    wanted: Qkv<bool>,
) -> Qkv<Option<Tensor<B, 2>>> {
    let (mut query, mut key, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for (part, p) in parts(heads).zip(&kept.probabilities) {
        let c_bar = part.queries(&context_bar);
        if wanted.value {
            value.push(p.clone().transpose().matmul(c_bar.clone()));
        }
        if wanted.query || wanted.key {
            let p_bar = c_bar.matmul(part.keys(&kept.inputs.value).transpose());
            let s_bar = softmax_tangent(p, p_bar) * scale;
            if wanted.query {
                query.push(s_bar.clone().matmul(part.keys(&kept.inputs.key)));
            }
            if wanted.key {
                key.push(s_bar.transpose().matmul(part.queries(&kept.inputs.query)));
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
    scale: f64,
    tangents: Qkv<Option<Tensor<B, 2>>>,
) -> Tensor<B, 2> {
    let inputs = &kept.inputs;
    let contexts = parts(heads).zip(&kept.probabilities).map(|(part, p)| {
        let by_query = tangents.query.as_ref().map(|q_dot| {
            part.queries(q_dot)
                .matmul(part.keys(&inputs.key).transpose())
        });
        let by_key = tangents.key.as_ref().map(|k_dot| {
            part.queries(&inputs.query)
                .matmul(part.keys(k_dot).transpose())
        });
        let by_scores = add(by_query, by_key)
            .map(|s_dot| softmax_tangent(p, s_dot * scale).matmul(part.keys(&inputs.value)));
        let by_value = tangents
            .value
            .as_ref()
            .map(|v_dot| p.clone().matmul(part.keys(v_dot)));
        add(by_scores, by_value).expect("at least one tangent is given")
    });
    join(contexts.collect())
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
