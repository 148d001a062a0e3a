//! Conversions between a generic burn tensor and Flex's own storage.

use std::any::Any;
use std::mem::MaybeUninit;

use burn::tensor::{DType, Tensor, TensorData, TensorPrimitive, backend::Backend};
use burn_flex::FlexTensor;

use super::scalar::Scalar;

/// Runs a generic body for the tensor's element type, or returns `None` for a type that has no fast path.
macro_rules! by_dtype {
    ($dtype:expr, $scalar:ident => $body:expr) => {
        match $dtype {
            burn::tensor::DType::F32 => {
                type $scalar = f32;
                Some($body)
            }
            burn::tensor::DType::F64 => {
                type $scalar = f64;
                Some($body)
            }
            _ => None,
        }
    };
}
pub(super) use by_dtype;

/// Returns whether tensors of `B` are Flex tensors with a fast path for this tensor's element type.
pub(super) fn is_flex<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> bool {
    std::any::TypeId::of::<B::FloatTensorPrimitive>() == std::any::TypeId::of::<FlexTensor>()
        && matches!(tensor.dtype(), DType::F32 | DType::F64)
}

/// Returns the Flex tensor inside; call it only if [`is_flex`] is true.
pub(super) fn open<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FlexTensor {
    let mut primitive = Some(tensor.into_primitive().tensor());
    (&mut primitive as &mut dyn Any)
        .downcast_mut::<Option<FlexTensor>>()
        .and_then(Option::take)
        .expect("the caller asked is_flex first")
}

/// Returns the same as [`open`], but contiguous and of exactly the tensor's size.
pub(super) fn open_contiguous<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FlexTensor {
    open(tensor).to_contiguous()
}

/// Returns a Flex tensor as a tensor of `B`; call it only if [`is_flex`] is true.
pub(super) fn close<B: Backend, const D: usize>(tensor: FlexTensor) -> Tensor<B, D> {
    let mut tensor = Some(tensor);
    let primitive = (&mut tensor as &mut dyn Any)
        .downcast_mut::<Option<B::FloatTensorPrimitive>>()
        .and_then(Option::take)
        .expect("the caller asked is_flex first");
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

/// Returns a tensor that takes over `values`, without a copy.
pub(super) fn from_vec<E: Scalar>(values: Vec<E>, shape: impl Into<Vec<usize>>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape.into()))
}

/// Returns the elements of a contiguous Flex tensor.
pub(super) fn values<E: Scalar>(tensor: &FlexTensor) -> &[E] {
    tensor.as_slice::<E>().expect("opened contiguous")
}

/// Returns a Flex tensor whose storage is exactly its elements in order, so that `storage_mut` may overwrite them.
/// Nothing is copied if that is already so and nobody else holds the storage.
pub(super) fn open_owned<E: Scalar, B: Backend, const D: usize>(
    tensor: Tensor<B, D>,
) -> FlexTensor {
    let tensor = open_contiguous(tensor);
    if tensor.layout().start_offset() == 0
        && tensor.storage::<E>().len() == tensor.layout().num_elements()
    {
        return tensor;
    }
    from_vec(
        values::<E>(&tensor).to_vec(),
        tensor.layout().shape().to_vec(),
    )
}

/// Returns `length` elements written by `fill`, which must write every one of them; the buffer is not zeroed first.
pub(super) fn filled<E: Scalar>(length: usize, fill: impl FnOnce(&mut [MaybeUninit<E>])) -> Vec<E> {
    let mut out = Vec::with_capacity(length);
    fill(&mut out.spare_capacity_mut()[..length]);
    // SAFETY: the capacity is at least `length`, and `fill` has written all `length` elements.
    unsafe { out.set_len(length) };
    out
}
