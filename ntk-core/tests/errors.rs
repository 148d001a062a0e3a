//! Inputs that are refused, and the error messages.

mod common;

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use burn::tensor::{DType, Device, Tensor};
use burn_ndarray::NdArray;
use common::{Network, Point, points};
use tangent_ntk_core::{
    Block, BlockKernels, Error, Jacobian, JacobianOperator, Keep, KernelKind, Model, Monitor,
    Options, Readout, Rows,
};

type Net = Network<NdArray<f64>>;

fn model() -> Net {
    Net::new([4, 5, 3], DType::F64, 3)
}

fn compute(model: &Net, train: &[Point], options: &Options) -> Result<BlockKernels, Error> {
    BlockKernels::compute(model, train, &points(2, 4, 9), options, &Monitor::silent())
}

fn message(options: Options) -> String {
    compute(&model(), &points(4, 4, 5), &options)
        .unwrap_err()
        .to_string()
}

#[test]
fn readouts_that_the_model_has_not() {
    let readout = |readout| {
        message(Options {
            readout: Some(readout),
            ..Options::default()
        })
    };
    assert_eq!(
        readout(Readout::Margin),
        "readout `margin` is the difference of two outputs, but the model has 3; \
         use `trace`, `full` or `logit(c)`"
    );
    assert_eq!(
        Readout::Margin.directions(1).unwrap_err().to_string(),
        "readout `margin` is the difference of two outputs, but the model has 1; use `logit(0)`"
    );
    assert_eq!(
        readout(Readout::Logit(3)),
        "readout `logit(3)` asks for an output that is not there: the model has 3, counted from 0"
    );
}

#[test]
fn options_that_make_no_sense() {
    let threads = Options {
        threads: 0,
        ..Options::default()
    };
    assert_eq!(message(threads), "option `threads` must be at least 1");
    let batch = Options {
        batch: 0,
        ..Options::default()
    };
    assert_eq!(message(batch), "option `batch` must be at least 1");
    let blocks = |blocks| {
        message(Options {
            blocks: Some(blocks),
            ..Options::default()
        })
    };
    assert_eq!(
        blocks(vec![]),
        "no block of parameters is chosen: a kernel needs at least one"
    );
    assert_eq!(
        blocks(vec![0, 2]),
        "block 2 is not there: there are 2, counted from 0"
    );
    assert_eq!(
        blocks(vec![1, 1]),
        "block 1 is chosen twice: a sum over blocks counts each once"
    );
}

#[test]
fn no_examples() {
    let expected = "there are no training examples: a kernel needs at least one";
    let error = compute(&model(), &[], &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), expected);
    let options = Options::default();
    let error = JacobianOperator::new(&model(), &[], &options)
        .err()
        .unwrap();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn choices_among_blocks_that_are_not_there() {
    let train = points(4, 4, 5);
    let kernels = compute(&model(), &train, &Options::default()).unwrap();
    assert_eq!(
        kernels.select(&["hidden", "head"]).unwrap_err().to_string(),
        "no block is named `head`; there are hidden, output"
    );
    assert_eq!(
        kernels.sum(&[7]).unwrap_err(),
        Error::BlockIndex {
            block: 7,
            blocks: 2
        }
    );
    assert_eq!(
        kernels.sum(&[0, 0]).unwrap_err(),
        Error::BlockTwice { block: 0 }
    );
    let sum = Options {
        keep: Keep::Sum,
        ..Options::default()
    };
    let sum = compute(&model(), &train, &sum).unwrap();
    assert_eq!(sum.clone().into_blocks(), Err(Error::SumOnly));
    assert_eq!(
        sum.sum(&[0]).unwrap_err().to_string(),
        "only the sum over the blocks was kept; compute with `Keep::Blocks` to choose among them"
    );
}

#[test]
fn names_that_mean_nothing() {
    let error = "logit(-1)".parse::<Readout>().unwrap_err().to_string();
    assert_eq!(
        error,
        "`logit(-1)` is no readout; use `margin`, `trace`, `full` or `logit(c)` with c = 0, 1, …"
    );
    let error = "soft".parse::<KernelKind>().unwrap_err().to_string();
    assert_eq!(
        error,
        "`soft` is no kind of kernel; use `gradient` or `sign-gradient`"
    );
}

#[test]
fn values_that_are_not_finite_name_block_and_example() {
    let mut train = points(6, 4, 5);
    train[4].x[2] = f64::INFINITY; // tanh is 1 there, and its slope 0 times infinity
    let error = compute(&model(), &train, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Jacobian rows of block `hidden` of training example 4 are not finite; \
         check the weights and the example"
    );
    let mut test = points(3, 4, 5);
    test[1].x[0] = f64::NAN;
    let (options, silent) = (Options::default(), Monitor::silent());
    let error = BlockKernels::compute(&model(), &points(2, 4, 1), &test, &options, &silent);
    assert_eq!(
        error.unwrap_err().to_string(),
        "outputs of test example 1 are not finite; check the weights and the example"
    );
    let narrow = Network::<NdArray<f32>>::new([4, 5, 3], DType::F32, 3);
    let error = Jacobian::compute(&narrow, &test, &options, &silent).err();
    assert_eq!(
        error.unwrap().to_string(),
        "outputs of example 1 are not finite; check the weights and the example, or use f64"
    );
}

#[test]
fn the_operator_names_block_and_example_too() {
    let mut xs = points(9, 4, 5);
    xs[6].x[0] = f64::INFINITY; // outputs are finite there
    let (model, options, silent) = (model(), Options::default(), Monitor::silent());
    let operator = JacobianOperator::new(&model, &xs, &options).unwrap();
    let pulled = operator.pullback(&vec![1.0; operator.rows()], &silent);
    assert_eq!(
        pulled.unwrap_err().to_string(),
        "gradients of block `hidden` of example 6 are not finite; check the weights and the example"
    );
    let pushed = operator.pushforward(&vec![1.0; operator.parameters()], &silent);
    assert_eq!(
        pushed.unwrap_err().to_string(),
        "Jacobian-vector products of example 6 are not finite; check the weights and the example"
    );
}

#[test]
fn the_same_example_is_named_by_any_number_of_threads() {
    let mut train = points(40, 4, 5);
    for i in [11, 12, 30] {
        train[i].x[0] = f64::NAN;
    }
    let error = |threads| {
        let options = Options {
            threads,
            batch: 3,
            ..Options::default()
        };
        compute(&model(), &train, &options).unwrap_err()
    };
    assert_eq!(error(1), error(2));
    assert_eq!(error(1), error(3));
}

#[test]
fn memory_too_small_says_what_is_needed_and_what_lowers_it() {
    let train = points(200, 4, 5);
    let options = Options {
        memory: Some(500_000),
        ..Options::default()
    };
    let error = compute(&model(), &train, &options).unwrap_err();
    let text = error.to_string();
    let Error::Memory {
        needed, allowed, ..
    } = error
    else {
        panic!("{error}")
    };
    assert!(needed > allowed && allowed == 500_000);
    assert!(text.starts_with("the work needs at least "), "{text}");
    assert!(
        text.contains(" but `memory` allows 500.00 kB; what lowers it, most first: fewer blocks, "),
        "{text}"
    );
    for way in [
        "half as many examples",
        "a smaller micro-batch or fewer threads",
        "fewer blocks",
        "only the sum instead of every block's kernel",
        "f32",
    ] {
        assert!(text.contains(way), "{text}");
    }
    let enough = Options {
        memory: Some(needed),
        ..Options::default()
    };
    assert!(compute(&model(), &train, &enough).is_ok());
    let less = Options {
        memory: Some(needed - 1),
        ..Options::default()
    };
    assert!(matches!(
        compute(&model(), &train, &less),
        Err(Error::Memory { .. })
    ));

    let one = Options {
        memory: Some(1000),
        ..Options::default()
    };
    let error = Jacobian::compute(&model(), &train, &one, &Monitor::silent())
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .contains("allows 1.00 kB; what lowers it: fewer examples"),
        "{error}"
    );
}

#[test]
fn a_cancelled_computation_stops_between_batches() {
    let (cancel, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let progress = |_, _| {
        if calls.fetch_add(1, Ordering::Relaxed) == 2 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let monitor = Monitor::silent()
        .with_progress(&progress)
        .with_cancel(&cancel);
    let options = Options {
        batch: 1,
        ..Options::default()
    };
    let error = BlockKernels::compute(&model(), &points(50, 4, 5), &[], &options, &monitor);
    assert_eq!(error.unwrap_err(), Error::Cancelled);
    assert_eq!(calls.into_inner(), 3);
    assert_eq!(Error::Cancelled.to_string(), "cancelled");
}

#[test]
fn progress_counts_the_work_to_its_end() {
    let (train, test) = (points(30, 4, 5), points(8, 4, 6));
    let options = Options {
        batch: 10,
        ..Options::default()
    };
    let seen = |memory| {
        let options = Options {
            memory,
            ..options.clone()
        };
        let seen = Mutex::new(Vec::new());
        let progress = |done, total| seen.lock().unwrap().push((done, total));
        let monitor = Monitor::silent().with_progress(&progress);
        BlockKernels::compute(&model(), &train, &test, &options, &monitor).unwrap();
        seen.into_inner().unwrap()
    };
    let once: usize = train.iter().chain(&test).map(|x| x.size).sum();
    let whole = seen(None);
    assert!(whole.windows(2).all(|w| w[0].0 < w[1].0));
    assert_eq!(whole.last(), Some(&(once, once)));

    let one = Options {
        memory: Some(1),
        ..options.clone()
    };
    let Err(Error::Memory { needed, .. }) = BlockKernels::plan(&model(), &train, &test, &one)
    else {
        panic!("one byte is enough")
    };
    let grouped = seen(Some(needed + 100));
    let (done, total) = *grouped.last().unwrap();
    assert!(done == total && total > once, "{grouped:?}");
}

type B = NdArray<f64>;

/// What a map of the model returns, for a test to change before the caller receives it.
enum Returned<'a> {
    Rows(&'a mut Rows<B>),
    Gradient(&'a mut Vec<Tensor<B, 1>>),
    Pushed(&'a mut Tensor<B, 2>),
}

/// A model that breaks its contract.
struct Broken<F>(Net, F);

impl<F: Fn(Returned) + Sync> Model for Broken<F> {
    type Backend = B;
    type Input = Point;

    fn device(&self) -> Device<B> {
        self.0.device()
    }
    fn dtype(&self) -> DType {
        self.0.dtype()
    }
    fn blocks(&self) -> &[Block] {
        self.0.blocks()
    }
    fn outputs(&self) -> usize {
        self.0.outputs()
    }
    fn forward(&self, xs: &[&Point]) -> Tensor<B, 2> {
        self.0.forward(xs)
    }
    fn rows(&self, xs: &[&Point], directions: Tensor<B, 2>, blocks: &[usize]) -> Rows<B> {
        let mut rows = self.0.rows(xs, directions, blocks);
        (self.1)(Returned::Rows(&mut rows));
        rows
    }
    fn gradient(
        &self,
        xs: &[&Point],
        cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
        let (outputs, mut gradient) = self.0.gradient(xs, cotangent);
        (self.1)(Returned::Gradient(&mut gradient));
        (outputs, gradient)
    }
    fn pushforward(&self, xs: &[&Point], tangent: &[Tensor<B, 1>]) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let (outputs, mut pushed) = self.0.pushforward(xs, tangent);
        (self.1)(Returned::Pushed(&mut pushed));
        (outputs, pushed)
    }
}

#[test]
fn a_model_that_breaks_its_contract_is_told_how() {
    let message = |change: fn(&mut Rows<B>)| {
        let options = Options {
            batch: 1,
            ..Options::default()
        };
        let change = |returned: Returned| {
            if let Returned::Rows(rows) = returned {
                change(rows);
            }
        };
        let (model, silent) = (Broken(model(), change), Monitor::silent());
        let result = BlockKernels::compute(&model, &points(4, 4, 5), &[], &options, &silent);
        result.unwrap_err().to_string()
    };
    assert_eq!(
        message(|rows| rows.blocks[0] = rows.blocks[1].clone()),
        "the model's Jacobian rows of block `hidden` have shape [1, 3, 15], expected [1, 3, 20]"
    );
    assert_eq!(
        message(|rows| drop(rows.blocks.pop())),
        "the model's blocks of rows have shape [1], expected [2]"
    );
    assert_eq!(
        message(|rows| rows.outputs = Tensor::zeros([1, 2], &Default::default())),
        "the model's outputs have shape [1, 2], expected [1, 3]"
    );
}

#[test]
fn the_operator_does_not_trust_the_model_either() {
    let message = |change: fn(Returned)| {
        let (model, xs, options) = (Broken(model(), change), points(1, 4, 5), Options::default());
        let (operator, silent) = (
            JacobianOperator::new(&model, &xs, &options).unwrap(),
            Monitor::silent(),
        );
        let pulled = operator.pullback(&vec![1.0; operator.rows()], &silent);
        let pushed = operator.pushforward(&vec![1.0; operator.parameters()], &silent);
        pulled.and(pushed).unwrap_err().to_string()
    };
    assert_eq!(
        message(|returned| if let Returned::Gradient(blocks) = returned {
            drop(blocks.pop());
        }),
        "the model's gradients have shape [1], expected [2]"
    );
    assert_eq!(
        message(|returned| if let Returned::Gradient(blocks) = returned {
            blocks.swap(0, 1);
        }),
        "the model's gradients of block `hidden` have shape [15], expected [20]"
    );
    assert_eq!(
        message(|returned| if let Returned::Pushed(change) = returned {
            let n = change.dims()[0];
            *change = change.clone().slice([0..n, 0..2]);
        }),
        "the model's Jacobian-vector products have shape [1, 2], expected [1, 3]"
    );
}

#[test]
fn threads_that_cannot_be_had() {
    let error = Error::Threads {
        threads: 70_000,
        reason: "no more".into(),
    };
    assert_eq!(
        error.to_string(),
        "cannot start 70000 threads: no more; use fewer"
    );
}
