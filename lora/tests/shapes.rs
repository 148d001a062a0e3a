//! Shapes that do not fit are refused before anything is read or written, with the same message on every backend.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::module::Param;
use burn::tensor::{Tensor, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
// Links OpenBLAS for the NdArray backend.
use openblas_src as _;
use tangent_lora::layers::LoraLinear;
use tangent_lora::ops::{
    Heads, Normalised, Outer, Product, Qkv, Spans, attention, attention_pullback,
    attention_pushforward, gather_rows, layer_norm, norm_pullback, norm_pushforward, outer_sums,
    products, scatter_rows,
};

fn zeros<B: Backend, const D: usize>(shape: [usize; D]) -> Tensor<B, D> {
    Tensor::zeros(shape, &Default::default())
}

/// Returns the message of the panic of `call`.
#[track_caller]
fn refusal<T>(call: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(call()))).expect_err("it must be refused");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).into(),
    }
}

/// Runs a test that is generic over the backend on the fast path and on the plain one.
macro_rules! on_both {
    ($($check:ident),* $(,)?) => {
        mod flex { $(#[test] fn $check() { super::$check::<super::Flex>(); })* }
        mod ndarray { $(#[test] fn $check() { super::$check::<super::NdArray<f32>>(); })* }
    };
}

on_both!(
    of_sums_of_products,
    of_outer_products,
    of_gathered_rows,
    of_layer_normalisation,
    of_attention,
    of_attentions_derivatives,
    of_the_adapted_linear_map,
);

fn of_sums_of_products<B: Backend>() {
    let term = |left, right| Product::<B>::new(zeros(left), zeros(right));
    let fits = || term([2, 3], [3, 4]);
    let sum = |residual: Option<[usize; 2]>, bias: Option<[usize; 1]>, terms| {
        refusal(|| products(residual.map(zeros::<B, 2>), bias.map(zeros), terms))
    };
    assert_eq!(
        sum(None, None, vec![term([2, 3], [2, 4])]),
        "a term of a sum of products [2, 4] is [2, k] · [k, 4], not [2, 3] · [2, 4]"
    );
    for wrong in [term([1, 3], [3, 4]), term([2, 3], [3, 5])] {
        let message = sum(None, None, vec![fits(), wrong]);
        assert!(message.starts_with("a term of a sum of products [2, 4] is"));
    }
    assert_eq!(
        sum(Some([1, 4]), None, vec![fits()]),
        "a sum of products [2, 4] takes a residual of that shape, not [1, 4]"
    );
    assert_eq!(
        sum(None, Some([3]), vec![fits()]),
        "a sum of products [2, 4] takes a bias [4], not [3]"
    );
    assert_eq!(sum(None, None, vec![]), "a sum of products has a term");
}

fn of_outer_products<B: Backend>() {
    let spans = Spans::of_lengths([2, 1]);
    for (left, right) in [([2, 4], [3, 5]), ([3, 4], [4, 5])] {
        let fits = Outer {
            left: zeros::<B, 2>([3, 1]),
            right: zeros([3, 1]),
            scale: 1.0,
        };
        let wrong = Outer {
            left: zeros(left),
            right: zeros(right),
            scale: 1.0,
        };
        assert_eq!(
            refusal(|| outer_sums(&spans, vec![fits, wrong])),
            format!(
                "spans of 3 rows take outer products of [3, a] and [3, b], not {left:?} and {right:?}"
            )
        );
    }
}

fn of_gathered_rows<B: Backend>() {
    let x = zeros::<B, 2>([3, 2]);
    let out = "row 3 is out of range: there are 3, counted from 0";
    assert_eq!(refusal(|| gather_rows(&x, &[0, 3])), out);
    let scatter = |indices: &[usize]| refusal(|| scatter_rows(x.clone(), indices, 3));
    assert_eq!(scatter(&[0, 1, 3]), out);
    assert_eq!(scatter(&[0, 1]), "2 indices take as many rows, not [3, 2]");
}

fn of_layer_normalisation<B: Backend>() {
    let x = || zeros::<B, 2>([3, 4]);
    assert_eq!(
        refusal(|| layer_norm(x(), zeros([3]), Some(zeros([4])), 1e-5)),
        "a norm of [3, 4] takes a γ of [4], not [3]"
    );
    assert_eq!(
        refusal(|| layer_norm(x(), zeros([4]), Some(zeros([5])), 1e-5)),
        "a norm of [3, 4] takes a β of [4], not [5]"
    );
    let kept = |x_hat, inverse| Normalised::<B> {
        x_hat: zeros(x_hat),
        inverse_deviation: zeros(inverse),
        centred: true,
    };
    for derivative in [norm_pullback::<B>, norm_pushforward::<B>] {
        assert_eq!(
            refusal(|| derivative(&kept([3, 4], [3, 1]), zeros([1]), x())),
            "a norm of [3, 4] takes a γ of [4], not [1]"
        );
        for (x_hat, inverse) in [([2, 4], [2, 1]), ([3, 5], [3, 1]), ([3, 4], [2, 1])] {
            assert_eq!(
                refusal(|| derivative(&kept(x_hat, inverse), zeros([4]), x())),
                format!(
                    "the norm kept x̂ and 1/s of {x_hat:?} and {inverse:?}, which do not fit [3, 4]"
                )
            );
        }
    }
}

/// Returns queries, keys and values with these numbers of rows, each six wide.
fn qkv<B: Backend>(queries: usize, keys: usize, values: usize) -> Qkv<Tensor<B, 2>> {
    Qkv {
        query: zeros([queries, 6]),
        key: zeros([keys, 6]),
        value: zeros([values, 6]),
    }
}

fn of_attention<B: Backend>() {
    let attend = |queries: &[usize], keys: &[usize], count, inputs| {
        let [queries, keys] = [queries, keys].map(|l| Spans::of_lengths(l.iter().copied()));
        let heads = Heads::new(&queries, &keys, count, 3);
        refusal(|| attention::<B>(inputs, heads))
    };
    for count in [0, 4] {
        assert_eq!(
            attend(&[2], &[2], count, qkv(2, 2, 2)),
            format!("{count} attention heads do not divide a width of 6")
        );
    }
    for (queries, keys, values) in [(2, 3, 3), (3, 2, 3), (3, 3, 4)] {
        assert_eq!(
            attend(&[1, 2], &[1, 2], 2, qkv(queries, keys, values)),
            format!(
                "attention over 3 query rows of width 6 and 3 key rows of width 6 does not fit queries, keys and \
                 values of {:?}",
                [[queries, 6], [keys, 6], [values, 6]]
            )
        );
    }
    assert_eq!(
        attend(&[1, 2], &[3], 2, qkv(3, 3, 3)),
        "the queries are of 2 examples, the keys of 1"
    );
    assert_eq!(
        attend(&[1, 2], &[3, 0], 2, qkv(3, 3, 3)),
        "every example has a query and a key"
    );
}

fn of_attentions_derivatives<B: Backend>() {
    let spans = [[1, 2], [2, 1]].map(Spans::of_lengths);
    let [right, wrong] = [&spans[0], &spans[1]].map(|spans| Heads::new(spans, spans, 2, 3));
    let (_, kept) = attention(qkv::<B>(3, 3, 3), right);
    let all = Qkv {
        query: true,
        key: true,
        value: true,
    };
    let none = || Qkv {
        query: None,
        key: None,
        value: None,
    };
    for wrong in [
        wrong,
        Heads {
            count: 3,
            key_count: 3,
            ..right
        },
    ] {
        let message = format!(
            "attention's derivatives take the spans and the {} heads that it was given",
            wrong.count
        );
        let pulled = || attention_pullback(&kept, wrong, zeros([3, 6]), all.clone());
        assert_eq!(refusal(pulled), message);
        let tangents = Qkv {
            query: Some(zeros([3, 6])),
            ..none()
        };
        let pushed = || attention_pushforward(&kept, wrong, tangents);
        assert_eq!(refusal(pushed), message);
    }
    assert_eq!(
        refusal(|| attention_pullback(&kept, right, zeros([3, 4]), all.clone())),
        "attention takes a cotangent of the context of [3, 6], not [3, 4]"
    );
    let tangents = Qkv {
        value: Some(zeros([2, 6])),
        ..none()
    };
    assert_eq!(
        refusal(|| attention_pushforward(&kept, right, tangents)),
        "attention takes a tangent of the values of [3, 6], not [2, 6]"
    );
    assert_eq!(
        refusal(|| attention_pushforward(&kept, right, none())),
        "attention's pushforward takes at least one tangent"
    );
}

fn of_the_adapted_linear_map<B: Backend>() {
    let layer = || {
        let weight = Param::from_tensor(zeros::<B, 2>([3, 4]));
        LoraLinear::new(weight, None).with_lora(zeros([2, 3]), zeros([4, 2]), 1.0)
    };
    assert_eq!(
        refusal(|| layer().with_transposed(zeros([3, 4]))),
        "a weight [in, out] of [3, 4] takes a transposed one of [4, 3], not [3, 4]"
    );
    let (layer, spans) = (layer(), Spans::whole(5));
    let (_, kept) = layer.linearize(zeros([5, 3]));
    assert_eq!(
        refusal(|| layer.forward(zeros([5, 2]))),
        "a term of a sum of products [5, 2] is [5, k] · [k, 2], not [5, 2] · [3, 2]"
    );
    assert_eq!(
        refusal(|| layer.pullback(&kept, zeros([6, 4]), &spans)),
        "spans of 5 rows take outer products of [5, a] and [5, b], not [6, 2] and [5, 3]"
    );
    assert_eq!(
        refusal(|| layer.pushforward(&kept, None, Some(&zeros([15])))),
        "14 parameters take a tangent of as many entries, not [15]"
    );
}
