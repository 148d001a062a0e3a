//! The floor: the time that the `gemm` crate alone takes for the matrix products of a job, into allocated outputs, with
//! a separate product on each thread.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Place, Projection, Target};
use tangent_lora::layers::Reduction;

/// A product's shape, `[rows, inner] · [inner, columns]`, and the layout of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// The number of rows of the result.
    pub rows: usize,
    /// The number of terms of each entry of the result.
    pub inner: usize,
    /// The number of columns of the result.
    pub columns: usize,
    /// Whether the left operand is stored column by column.
    pub left_transposed: bool,
    /// Whether the right operand is stored column by column.
    pub right_transposed: bool,
}

impl Shape {
    fn new(rows: usize, inner: usize, columns: usize) -> Self {
        Self {
            rows,
            inner,
            columns,
            left_transposed: false,
            right_transposed: false,
        }
    }

    fn left_transposed(self) -> Self {
        Self {
            left_transposed: true,
            ..self
        }
    }

    fn right_transposed(self) -> Self {
        Self {
            right_transposed: true,
            ..self
        }
    }

    /// Returns the number of multiplications and additions.
    pub fn operations(&self) -> f64 {
        2.0 * self.rows as f64 * self.inner as f64 * self.columns as f64
    }
}

/// The products, each with the number of times that it occurs.
pub type Products = BTreeMap<Shape, usize>;

/// Returns the products that one micro-batch needs: for the rows of one direction, or for the gradient, depending on
/// `reduction`.
pub fn of_batch(
    config: &EncoderConfig,
    targets: &[Target],
    lengths: &[usize],
    reduction: Reduction,
) -> Products {
    let mut products = Products::new();
    let mut add = |shape: Shape, times: usize| *products.entry(shape).or_default() += times;
    let (h, heads) = (config.hidden_size, config.heads);
    let (tokens, examples, width) = (
        lengths.iter().sum::<usize>(),
        lengths.len(),
        h / config.heads,
    );
    let lowest = targets.iter().filter_map(|t| t.place.layer()).min();
    let lowest = lowest.unwrap_or(config.layers);
    for layer in 0..config.layers {
        let last = layer + 1 == config.layers;
        let rows = |p: Projection| match p {
            Projection::Key | Projection::Value => tokens,
            _ if last => examples,
            _ => tokens,
        };
        let adapted: Vec<(Projection, usize)> = targets
            .iter()
            .filter_map(|target| match target.place {
                Place::Layer(of, projection) if of == layer => Some((projection, target.rank)),
                _ => None,
            })
            .collect();
        let has = |p: Projection| adapted.iter().any(|&(projection, _)| projection == p);
        // Forward.
        for p in Projection::ALL {
            let (input, output) = p.widths(config);
            add(Shape::new(rows(p), input, output), 1);
        }
        for &(projection, rank) in &adapted {
            let ((input, output), rows) = (projection.widths(config), rows(projection));
            add(Shape::new(rows, input, rank).right_transposed(), 1);
            add(Shape::new(rows, rank, output).right_transposed(), 1);
        }
        for &length in lengths {
            let queries = if last { 1 } else { length };
            add(Shape::new(queries, width, length).right_transposed(), heads);
            add(Shape::new(queries, length, width), heads);
        }
        if layer < lowest {
            continue;
        }
        // Pullback.
        let wanted = layer > lowest;
        let [query, key, value] =
            [Projection::Query, Projection::Key, Projection::Value].map(|p| wanted || has(p));
        for &(projection, rank) in &adapted {
            let ((input, output), rows) = (projection.widths(config), rows(projection));
            add(Shape::new(rows, output, rank), 1);
            let spans = match reduction {
                Reduction::Sum => vec![rows],
                Reduction::PerExample if rows == examples && last => vec![1; examples],
                Reduction::PerExample => lengths.to_vec(),
            };
            for span in spans {
                add(Shape::new(rank, span, input).left_transposed(), 1);
                add(Shape::new(output, span, rank).left_transposed(), 1);
            }
            if wanted {
                add(Shape::new(rows, rank, input), 1);
            }
        }
        for p in [
            Projection::Output,
            Projection::Intermediate,
            Projection::AttentionOutput,
        ] {
            let (input, output) = p.widths(config);
            add(Shape::new(rows(p), output, input), 1);
        }
        for &length in lengths {
            let queries = if last { 1 } else { length };
            add(
                Shape::new(length, queries, width).left_transposed(),
                heads * usize::from(value),
            );
            let scores = query || key;
            add(
                Shape::new(queries, width, length).right_transposed(),
                heads * usize::from(scores),
            );
            add(
                Shape::new(queries, length, width),
                heads * usize::from(query),
            );
            add(
                Shape::new(length, queries, width).left_transposed(),
                heads * usize::from(key),
            );
        }
        if wanted {
            for p in [Projection::Query, Projection::Key, Projection::Value] {
                add(Shape::new(rows(p), h, h), 1);
            }
        }
    }
    add(Shape::new(examples, h, h), 2);
    for target in targets
        .iter()
        .filter(|target| target.place == Place::Pooler)
    {
        let rank = target.rank;
        add(Shape::new(examples, h, rank).right_transposed(), 1);
        add(Shape::new(examples, rank, h).right_transposed(), 1);
        add(Shape::new(examples, h, rank), 1);
        let spans = match reduction {
            Reduction::Sum => vec![examples],
            Reduction::PerExample => vec![1; examples],
        };
        for span in spans {
            add(Shape::new(rank, span, h).left_transposed(), 1);
            add(Shape::new(h, span, rank).left_transposed(), 1);
        }
        add(Shape::new(examples, rank, h), 1);
    }
    products.retain(|_, times| *times > 0);
    products
}

/// Reports the wall time of the products, `seconds`, on `threads` threads that are always busy with separate products;
/// their number of operations, `gflop`; and for comparison the rate of a large product, `gemm_gflop_per_s`.
pub fn report(products: &Products, threads: usize) -> Value {
    let (mut busy, mut operations) = (0.0, 0.0);
    for (&shape, &times) in products {
        busy += times as f64 * seconds(shape, threads);
        operations += times as f64 * shape.operations();
    }
    json!({
        "seconds": busy / threads as f64,
        "gflop": operations / 1e9,
        "distinct_products": products.len(),
        "gemm_gflop_per_s": rate(threads),
    })
}

/// Returns the seconds of one product on each of `threads` threads at once: the median of several rounds, averaged over
/// the threads.
pub fn seconds(shape: Shape, threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let medians: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| alone(shape, &barrier)))
            .collect();
        workers
            .into_iter()
            .map(|w| w.join().expect("a product does not panic"))
            .collect()
    });
    medians.iter().sum::<f64>() / threads as f64
}

/// Returns the total rate, in Gflop/s, of one large product on each of `threads` threads at once.
pub fn rate(threads: usize) -> f64 {
    let large = Shape::new(1024, 768, 3072);
    large.operations() * threads as f64 / seconds(large, threads) / 1e9
}

fn alone(shape: Shape, barrier: &Barrier) -> f64 {
    let Shape {
        rows,
        inner,
        columns,
        ..
    } = shape;
    let left = vec![0.5f32; rows * inner];
    let right = vec![0.25f32; inner * columns];
    let mut out = vec![0f32; rows * columns];
    let mut once = || multiply(shape, &left, &right, &mut out);
    once();
    // Rounds must be long enough for the clock.
    let start = Instant::now();
    once();
    let times = (Duration::from_millis(1).as_secs_f64() / start.elapsed().as_secs_f64().max(1e-9))
        .ceil()
        .max(1.0) as usize;
    barrier.wait();
    let mut rounds: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            (0..times).for_each(|_| once());
            start.elapsed().as_secs_f64() / times as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn multiply(shape: Shape, left: &[f32], right: &[f32], out: &mut [f32]) {
    let Shape {
        rows,
        inner,
        columns,
        left_transposed,
        right_transposed,
    } = shape;
    let (left_cs, left_rs) = if left_transposed {
        (rows as isize, 1)
    } else {
        (1, inner as isize)
    };
    let (right_cs, right_rs) = if right_transposed {
        (inner as isize, 1)
    } else {
        (1, columns as isize)
    };
    // SAFETY: the three slices have exactly the sizes that the shape and the strides require, and `out` is borrowed
    // mutably.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr(),
            1,
            columns as isize,
            false,
            left.as_ptr(),
            left_cs,
            left_rs,
            right.as_ptr(),
            right_cs,
            right_rs,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
