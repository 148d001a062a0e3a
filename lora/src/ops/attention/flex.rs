use burn::tensor::{Tensor, backend::Backend};
use burn_flex::FlexTensor;

use super::{Attended, Heads, Qkv, Run, runs};
use crate::ops::flex::{close, filled, from_vec, open_contiguous, values};
use crate::ops::product::{Matrix, multiply};
use crate::ops::scalar::{Scalar, dot, maximum, sum_of};
use crate::ops::vectorised::vectorised;

/// One head of one example: the numbers of its rows and their positions in memory.
struct Head {
    queries: usize,
    keys: usize,
    /// The offsets of the head's first query, first key and first probability.
    query_at: usize,
    key_at: usize,
    probability_at: usize,
    /// The width of a head, and of a whole row.
    width: usize,
    stride: usize,
}

impl Head {
    fn of_queries<P>(&self, data: P) -> Matrix<P> {
        Matrix {
            data,
            rows: self.queries,
            columns: self.width,
            row_stride: self.stride as isize,
            column_stride: 1,
        }
    }
    fn of_keys<P>(&self, data: P) -> Matrix<P> {
        Matrix {
            data,
            rows: self.keys,
            columns: self.width,
            row_stride: self.stride as isize,
            column_stride: 1,
        }
    }
    fn of_scores<P>(&self, data: P) -> Matrix<P> {
        Matrix {
            data,
            rows: self.queries,
            columns: self.keys,
            row_stride: self.keys as isize,
            column_stride: 1,
        }
    }
    fn read_queries<E>(&self, x: &[E]) -> Matrix<*const E> {
        self.of_queries(x[self.query_at..].as_ptr())
    }
    fn read_keys<E>(&self, x: &[E]) -> Matrix<*const E> {
        self.of_keys(x[self.key_at..].as_ptr())
    }
    fn scores(&self) -> usize {
        self.queries * self.keys
    }
}

/// Returns the heads of the examples of one run; the offsets of the probabilities count from the run's start.
fn heads_of(run: Run, heads: Heads, stride: usize) -> impl Iterator<Item = Head> {
    let width = stride / heads.count;
    (0..run.examples).flat_map(move |example| {
        (0..heads.count).map(move |head| Head {
            queries: run.queries,
            keys: run.keys,
            query_at: (run.first_query + example * run.queries) * stride + head * width,
            key_at: (run.first_key + example * run.keys) * stride + head * width,
            probability_at: (example * heads.count + head) * run.queries * run.keys,
            width,
            stride,
        })
    })
}

#[inline(always)]
fn softmax_rows<E: Scalar>(scores: &mut [E], keys: usize) {
    for row in scores.chunks_exact_mut(keys) {
        let top = maximum(row);
        row.iter_mut().for_each(|s| *s = (*s - top).exponential());
        let inverse = E::ONE / sum_of(row, |v| v);
        row.iter_mut().for_each(|p| *p *= inverse);
    }
}

/// $G \leftarrow P \odot (G - \mathrm{rowsum}(P \odot G))$.
#[inline(always)]
fn softmax_tangent_rows<E: Scalar>(p: &[E], g: &mut [E], keys: usize) {
    for (p, g) in p.chunks_exact(keys).zip(g.chunks_exact_mut(keys)) {
        let along = dot(p, g);
        g.iter_mut()
            .zip(p)
            .for_each(|(g, &p)| *g = p * (*g - along));
    }
}

pub(super) fn forward<E: Scalar, B: Backend>(
    inputs: &Qkv<Tensor<B, 2>>,
    heads: Heads,
    scale: f64,
) -> (Tensor<B, 2>, Vec<Tensor<B, 4>>) {
    let [rows, stride] = inputs.query.dims();
    let [query, key, value] =
        [&inputs.query, &inputs.key, &inputs.value].map(|x| open_contiguous(x.clone()));
    let (query, key, value) = (values::<E>(&query), values::<E>(&key), values::<E>(&value));
    let mut kept = Vec::new();
    let context = filled::<E>(rows * stride, |context| {
        let context = context.as_mut_ptr().cast::<E>();
        for run in runs(heads) {
            let size = run.examples * heads.count * run.queries * run.keys;
            let mut probabilities = filled::<E>(size, |scores| {
                let scores = scores.as_mut_ptr().cast::<E>();
                for head in heads_of(run, heads, stride) {
                    // SAFETY: every head owns its own part of the scores, which lie within `size`.
                    unsafe {
                        let dst = head.of_scores(scores.add(head.probability_at));
                        multiply(
                            dst,
                            false,
                            head.read_queries(query),
                            head.read_keys(key).transposed(),
                            E::of(scale),
                        );
                    }
                }
            });
            vectorised(
                #[inline(always)]
                || softmax_rows(&mut probabilities, run.keys),
            );
            for head in heads_of(run, heads, stride) {
                let p = head.of_scores(probabilities[head.probability_at..].as_ptr());
                // SAFETY: every head owns its own columns of its example's rows, which lie within `context`; over
                // all heads and runs, every element is written.
                unsafe {
                    multiply(
                        head.of_queries(context.add(head.query_at)),
                        false,
                        p,
                        head.read_keys(value),
                        E::ONE,
                    )
                }
            }
            kept.push(close(from_vec(
                probabilities,
                [run.examples, heads.count, run.queries, run.keys],
            )));
        }
    });
    (close(from_vec(context, [rows, stride])), kept)
}

/// A buffer of `[rows, stride]` that all heads fill together.
struct Output<E> {
    values: Vec<E>,
    rows: usize,
    stride: usize,
}

impl<E: Scalar> Output<E> {
    fn new(wanted: bool, rows: usize, stride: usize) -> Option<Self> {
        wanted.then(|| Self {
            values: Vec::with_capacity(rows * stride),
            rows,
            stride,
        })
    }

    fn at(&mut self, offset: usize) -> *mut E {
        assert!(offset < self.rows * self.stride, "an offset in the output");
        // SAFETY: `offset` lies within the capacity.
        unsafe { self.values.as_mut_ptr().add(offset) }
    }

    /// # Safety
    /// Every element must have been written.
    unsafe fn finish<B: Backend>(mut self) -> Tensor<B, 2> {
        // SAFETY: the caller promises that every element is written, and `new` asked for this capacity.
        unsafe { self.values.set_len(self.rows * self.stride) };
        close(from_vec(self.values, [self.rows, self.stride]))
    }
}

pub(super) fn pullback<E: Scalar, B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    scale: f64,
    context_bar: Tensor<B, 2>,
    wanted: Qkv<bool>,
) -> Qkv<Option<Tensor<B, 2>>> {
    let [query_rows, stride] = context_bar.dims();
    let key_rows = kept.inputs.key.dims()[0];
    let context_bar = open_contiguous(context_bar);
    let context_bar = values::<E>(&context_bar);
    let inputs = opened(&kept.inputs);
    let (query, key, value) = (
        values::<E>(&inputs.query),
        values::<E>(&inputs.key),
        values::<E>(&inputs.value),
    );
    let mut query_bar = Output::<E>::new(wanted.query, query_rows, stride);
    let mut key_bar = Output::<E>::new(wanted.key, key_rows, stride);
    let mut value_bar = Output::<E>::new(wanted.value, key_rows, stride);
    let mut scratch: Vec<E> = Vec::new();
    for (run, p) in runs(heads).into_iter().zip(&kept.probabilities) {
        let p = open_contiguous(p.clone());
        let p = values::<E>(&p);
        for head in heads_of(run, heads, stride) {
            let p = &p[head.probability_at..][..head.scores()];
            let c_bar = head.read_queries(context_bar);
            let p_matrix = head.of_scores(p.as_ptr());
            if let Some(out) = &mut value_bar {
                // SAFETY: every head owns its own columns of its example's rows.
                unsafe {
                    multiply(
                        head.of_keys(out.at(head.key_at)),
                        false,
                        p_matrix.transposed(),
                        c_bar,
                        E::ONE,
                    )
                }
            }
            if !(wanted.query || wanted.key) {
                continue;
            }
            scratch.resize(head.scores(), E::ZERO);
            // SAFETY: `scratch` holds exactly the head's scores.
            unsafe {
                multiply(
                    head.of_scores(scratch.as_mut_ptr()),
                    false,
                    c_bar,
                    head.read_keys(value).transposed(),
                    E::ONE,
                )
            }
            vectorised(
                #[inline(always)]
                || softmax_tangent_rows(p, &mut scratch, head.keys),
            );
            let s_bar = head.of_scores(scratch.as_ptr());
            // SAFETY: as above.
            unsafe {
                if let Some(out) = &mut query_bar {
                    multiply(
                        head.of_queries(out.at(head.query_at)),
                        false,
                        s_bar,
                        head.read_keys(key),
                        E::of(scale),
                    );
                }
                if let Some(out) = &mut key_bar {
                    multiply(
                        head.of_keys(out.at(head.key_at)),
                        false,
                        s_bar.transposed(),
                        head.read_queries(query),
                        E::of(scale),
                    );
                }
            }
        }
    }
    // SAFETY: the heads of all runs cover every row and every column.
    let finish = |out: Option<Output<E>>| out.map(|out| unsafe { out.finish() });
    Qkv {
        query: finish(query_bar),
        key: finish(key_bar),
        value: finish(value_bar),
    }
}

pub(super) fn pushforward<E: Scalar, B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    scale: f64,
    tangents: Qkv<Option<Tensor<B, 2>>>,
) -> Tensor<B, 2> {
    let [query_rows, stride] = kept.inputs.query.dims();
    let inputs = opened(&kept.inputs);
    let (query, key, value) = (
        values::<E>(&inputs.query),
        values::<E>(&inputs.key),
        values::<E>(&inputs.value),
    );
    let tangents = [tangents.query, tangents.key, tangents.value].map(|t| t.map(open_contiguous));
    let [query_dot, key_dot, value_dot] = [0, 1, 2].map(|i| tangents[i].as_ref().map(values::<E>));
    let mut context_dot = Output::<E>::new(true, query_rows, stride).expect("it is wanted");
    let mut scratch: Vec<E> = Vec::new();
    for (run, p) in runs(heads).into_iter().zip(&kept.probabilities) {
        let p = open_contiguous(p.clone());
        let p = values::<E>(&p);
        for head in heads_of(run, heads, stride) {
            let p = &p[head.probability_at..][..head.scores()];
            let context = head.of_queries(context_dot.at(head.query_at));
            let mut begun = false;
            if let Some(value_dot) = value_dot {
                // SAFETY: every head owns its own columns of its example's rows.
                unsafe {
                    multiply(
                        context,
                        false,
                        head.of_scores(p.as_ptr()),
                        head.read_keys(value_dot),
                        E::ONE,
                    )
                };
                begun = true;
            }
            if query_dot.is_none() && key_dot.is_none() {
                continue;
            }
            scratch.clear();
            scratch.resize(head.scores(), E::ZERO);
            let scores = head.of_scores(scratch.as_mut_ptr());
            // SAFETY: `scratch` holds exactly the head's scores, all zero.
            unsafe {
                if let Some(query_dot) = query_dot {
                    multiply(
                        scores,
                        true,
                        head.read_queries(query_dot),
                        head.read_keys(key).transposed(),
                        E::of(scale),
                    );
                }
                if let Some(key_dot) = key_dot {
                    multiply(
                        scores,
                        true,
                        head.read_queries(query),
                        head.read_keys(key_dot).transposed(),
                        E::of(scale),
                    );
                }
            }
            vectorised(
                #[inline(always)]
                || softmax_tangent_rows(p, &mut scratch, head.keys),
            );
            // SAFETY: as above; `begun` says whether the context has been written before.
            unsafe {
                multiply(
                    context,
                    begun,
                    head.of_scores(scratch.as_ptr()),
                    head.read_keys(value),
                    E::ONE,
                )
            }
        }
    }
    // SAFETY: at least one tangent is given, so every head has written its context.
    unsafe { context_dot.finish() }
}

fn opened<B: Backend>(inputs: &Qkv<Tensor<B, 2>>) -> Qkv<FlexTensor> {
    Qkv {
        query: open_contiguous(inputs.query.clone()),
        key: open_contiguous(inputs.key.clone()),
        value: open_contiguous(inputs.value.clone()),
    }
}
