use std::mem::MaybeUninit;

use burn::tensor::{Tensor, backend::Backend};
use burn_flex::FlexTensor;

use super::{Attended, Heads, Qkv, Run, runs};
use crate::ops::flex::{close, filled, from_vec, open_contiguous, values};
use crate::ops::product::{Matrix, multiply};
use crate::ops::scalar::{Scalar, dot, maximum, sum_of};
use crate::ops::vectorised::vectorised;

/// One query head of one example: the numbers of its rows and their positions in memory.
struct Head {
    queries: usize,
    keys: usize,
    /// The offsets of the head's first query, of the first key of its key head, and of its first probability.
    query_at: usize,
    key_at: usize,
    probability_at: usize,
    /// The width of a head, of a whole row of queries, and of a whole row of keys.
    width: usize,
    stride: usize,
    key_stride: usize,
    /// Whether an earlier query head of this example reads the same key head.
    shares: bool,
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
            row_stride: self.key_stride as isize,
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
fn heads_of(run: Run, heads: Heads<'_>, stride: usize) -> impl Iterator<Item = Head> {
    let width = stride / heads.count;
    let key_stride = heads.key_count * width;
    let group = heads.count / heads.key_count;
    (0..run.examples).flat_map(move |example| {
        (0..heads.count).map(move |head| Head {
            queries: run.queries,
            keys: run.keys,
            query_at: (run.first_query + example * run.queries) * stride + head * width,
            key_at: (run.first_key + example * run.keys) * key_stride + head / group * width,
            probability_at: (example * heads.count + head) * run.queries * run.keys,
            width,
            stride,
            key_stride,
            shares: !head.is_multiple_of(group),
        })
    })
}

/// Caps scores, $s \leftarrow c \tanh(s/c)$, and writes the derivative $1 - \tanh^2$ to `slopes`.
fn cap_scores<E: Scalar>(scores: &mut [E], cap: f64, slopes: &mut [MaybeUninit<E>]) {
    let (cap, inverse) = (E::of(cap), E::of(cap.recip()));
    for (score, slope) in scores.iter_mut().zip(slopes) {
        let tanh = (*score * inverse).hyperbolic_tangent();
        slope.write(E::ONE - tanh * tanh);
        *score = cap * tanh;
    }
}

/// Takes the softmax of every row over the keys that its query reaches; the other keys get 0.
#[inline(always)]
fn softmax_rows<E: Scalar>(scores: &mut [E], run: Run, heads: Heads) {
    for (index, row) in scores.chunks_exact_mut(run.keys).enumerate() {
        let reach = heads.reach_of(index % run.queries, run.queries, run.keys);
        row[..reach.start].fill(E::ZERO);
        row[reach.end..].fill(E::ZERO);
        let row = &mut row[reach];
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
) -> (Tensor<B, 2>, Vec<Tensor<B, 4>>, Vec<Tensor<B, 4>>) {
    let [rows, stride] = inputs.query.dims();
    let [query, key, value] =
        [&inputs.query, &inputs.key, &inputs.value].map(|x| open_contiguous(x.clone()));
    let (query, key, value) = (values::<E>(&query), values::<E>(&key), values::<E>(&value));
    let (mut kept, mut kept_slopes) = (Vec::new(), Vec::new());
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
                            E::of(heads.scale),
                        );
                    }
                }
            });
            let shape = [run.examples, heads.count, run.queries, run.keys];
            if let Some(cap) = heads.cap {
                let slopes = filled(size, |slopes| cap_scores(&mut probabilities, cap, slopes));
                kept_slopes.push(close(from_vec(slopes, shape)));
            }
            vectorised(
                #[inline(always)]
                || softmax_rows(&mut probabilities, run, heads),
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
            kept.push(close(from_vec(probabilities, shape)));
        }
    });
    let context = close(from_vec(context, [rows, stride]));
    (context, kept, kept_slopes)
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
    context_bar: Tensor<B, 2>,
    wanted: Qkv<bool>,
) -> Qkv<Option<Tensor<B, 2>>> {
    let [query_rows, stride] = context_bar.dims();
    let [key_rows, key_stride] = kept.inputs.key.dims();
    let context_bar = open_contiguous(context_bar);
    let context_bar = values::<E>(&context_bar);
    let inputs = opened(&kept.inputs);
    let (query, key, value) = (
        values::<E>(&inputs.query),
        values::<E>(&inputs.key),
        values::<E>(&inputs.value),
    );
    let mut query_bar = Output::<E>::new(wanted.query, query_rows, stride);
    let mut key_bar = Output::<E>::new(wanted.key, key_rows, key_stride);
    let mut value_bar = Output::<E>::new(wanted.value, key_rows, key_stride);
    let mut scratch: Vec<E> = Vec::new();
    for (index, (run, p)) in runs(heads).into_iter().zip(&kept.probabilities).enumerate() {
        let p = open_contiguous(p.clone());
        let p = values::<E>(&p);
        let slopes = kept.slopes.get(index).cloned().map(open_contiguous);
        let slopes = slopes.as_ref().map(values::<E>);
        for head in heads_of(run, heads, stride) {
            let p = &p[head.probability_at..][..head.scores()];
            let c_bar = head.read_queries(context_bar);
            let p_matrix = head.of_scores(p.as_ptr());
            if let Some(out) = &mut value_bar {
                // SAFETY: every key head owns its own columns of its example's rows. The first of its query heads writes
                // them, and the others, which follow at once, add to them.
                unsafe {
                    multiply(
                        head.of_keys(out.at(head.key_at)),
                        head.shares,
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
            slope_scores(&mut scratch, &head, slopes);
            let s_bar = head.of_scores(scratch.as_ptr());
            // SAFETY: as above.
            unsafe {
                if let Some(out) = &mut query_bar {
                    multiply(
                        head.of_queries(out.at(head.query_at)),
                        false,
                        s_bar,
                        head.read_keys(key),
                        E::of(heads.scale),
                    );
                }
                if let Some(out) = &mut key_bar {
                    multiply(
                        head.of_keys(out.at(head.key_at)),
                        head.shares,
                        s_bar.transposed(),
                        head.read_queries(query),
                        E::of(heads.scale),
                    );
                }
            }
        }
    }
    // SAFETY: the heads of all runs cover every row and every column of queries, and, since every key head has a query
    // head, of keys and values.
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
    for (index, (run, p)) in runs(heads).into_iter().zip(&kept.probabilities).enumerate() {
        let p = open_contiguous(p.clone());
        let p = values::<E>(&p);
        let slopes = kept.slopes.get(index).cloned().map(open_contiguous);
        let slopes = slopes.as_ref().map(values::<E>);
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
                        E::of(heads.scale),
                    );
                }
                if let Some(key_dot) = key_dot {
                    multiply(
                        scores,
                        true,
                        head.read_queries(query),
                        head.read_keys(key_dot).transposed(),
                        E::of(heads.scale),
                    );
                }
            }
            slope_scores(&mut scratch, &head, slopes);
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

/// Multiplies a head's scores by the derivative of the cap, if there is one.
fn slope_scores<E: Scalar>(scores: &mut [E], head: &Head, slopes: Option<&[E]>) {
    if let Some(slopes) = slopes {
        let slopes = &slopes[head.probability_at..][..head.scores()];
        scores.iter_mut().zip(slopes).for_each(|(s, &c)| *s *= c);
    }
}

fn opened<B: Backend>(inputs: &Qkv<Tensor<B, 2>>) -> Qkv<FlexTensor> {
    Qkv {
        query: open_contiguous(inputs.query.clone()),
        key: open_contiguous(inputs.key.clone()),
        value: open_contiguous(inputs.value.clone()),
    }
}
