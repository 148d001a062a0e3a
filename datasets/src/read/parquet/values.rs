//! Parquet values as text.

use std::any::Any;

use half::f16;
use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray,
};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::types::NativeType;
use polars_parquet::parquet::schema::types::{
    ParquetType, PhysicalType, PrimitiveLogicalType, PrimitiveType,
};
use polars_parquet::read::schema::parquet_to_arrow_schema;

/// A cell, or the reason why it cannot be read.
pub(super) type Cell = Result<Option<String>, String>;

/// How a column is stored and how its values are read.
#[derive(Clone, Debug)]
pub(super) struct Decoding {
    stored: ArrowDataType,
    /// Whether a value is two bytes that are a half-precision float, for which the decoder has no type.
    half: bool,
}

/// The largest number of digits of a decimal.
const DIGITS: usize = 38;

impl Decoding {
    /// Returns how a column of this type is decoded, or, as an error, what the column holds if that is neither text
    /// nor a number.
    pub(super) fn of(kind: &PrimitiveType) -> Result<Self, String> {
        use ArrowDataType as Arrow;
        let field = ParquetType::PrimitiveType(kind.clone());
        let schema = parquet_to_arrow_schema(std::slice::from_ref(&field));
        let stored = schema.iter_values().next().map(|field| field.dtype.clone());
        let half = kind.logical_type == Some(PrimitiveLogicalType::Float16);
        let stored = match (stored, kind.physical_type) {
            (Some(Arrow::Decimal(digits, scale)), stored)
                if digits > DIGITS || scale > digits || is_too_wide(stored) =>
            {
                return Err(format!("decimals of more than {DIGITS} digits"));
            }
            // Text is read as bytes and checked row by row, so that a bad row can be named.
            (Some(Arrow::Utf8View | Arrow::BinaryView), _) => Arrow::BinaryView,
            (Some(stored), _) => stored,
            (None, _) => return Err("nothing that can be read".to_owned()),
        };
        match &stored {
            Arrow::Date32 | Arrow::Date64 => Err("dates".to_owned()),
            Arrow::Timestamp(..) => Err("points in time".to_owned()),
            Arrow::Time32(_) | Arrow::Time64(_) => Err("times of day".to_owned()),
            Arrow::Interval(_) | Arrow::Duration(_) => Err("durations".to_owned()),
            _ => Ok(Self { stored, half }),
        }
    }

    pub(super) fn field(&self, name: &str) -> Field {
        Field::new(name.into(), self.stored.clone(), true)
    }

    /// Returns the values of an array that was decoded in this way. Numbers are written in decimal. NaN is no value,
    /// because that is what writers mean by it.
    pub(super) fn cells(&self, array: &dyn Array) -> Result<Vec<Cell>, String> {
        use ArrowDataType as Arrow;
        match array.dtype() {
            Arrow::Boolean => {
                let array = cast::<BooleanArray>(array)?;
                Ok(array.iter().map(|v| Ok(v.map(|v| v.to_string()))).collect())
            }
            Arrow::Int8 => numbers::<i8>(array, |v| Some(v.to_string())),
            Arrow::Int16 => numbers::<i16>(array, |v| Some(v.to_string())),
            Arrow::Int32 => numbers::<i32>(array, |v| Some(v.to_string())),
            Arrow::Int64 => numbers::<i64>(array, |v| Some(v.to_string())),
            Arrow::UInt8 => numbers::<u8>(array, |v| Some(v.to_string())),
            Arrow::UInt16 => numbers::<u16>(array, |v| Some(v.to_string())),
            Arrow::UInt32 => numbers::<u32>(array, |v| Some(v.to_string())),
            Arrow::UInt64 => numbers::<u64>(array, |v| Some(v.to_string())),
            Arrow::Float32 => numbers::<f32>(array, |v| (!v.is_nan()).then(|| v.to_string())),
            Arrow::Float64 => numbers::<f64>(array, |v| (!v.is_nan()).then(|| v.to_string())),
            Arrow::Decimal(_, scale) => {
                let scale = *scale;
                numbers::<i128>(array, |v| Some(decimal(*v, scale)))
            }
            Arrow::FixedSizeBinary(_) if self.half => {
                let array = cast::<FixedSizeBinaryArray>(array)?;
                Ok(array.iter().map(|bytes| Ok(bytes.and_then(half))).collect())
            }
            Arrow::FixedSizeBinary(_) => {
                let array = cast::<FixedSizeBinaryArray>(array)?;
                Ok(array
                    .iter()
                    .map(|bytes| bytes.map(text).transpose())
                    .collect())
            }
            Arrow::BinaryView => {
                let array = cast::<BinaryViewArray>(array)?;
                Ok(array
                    .iter()
                    .map(|bytes| bytes.map(text).transpose())
                    .collect())
            }
            other => Err(format!("values of type {other:?} are not known")),
        }
    }
}

fn is_too_wide(stored: PhysicalType) -> bool {
    matches!(stored, PhysicalType::FixedLenByteArray(length) if !(1..=16).contains(&length))
}

fn cast<A: Any>(array: &dyn Array) -> Result<&A, String> {
    let array = array.as_any().downcast_ref();
    array.ok_or_else(|| "its values are not of the type that it names".to_owned())
}

fn numbers<T: NativeType>(
    array: &dyn Array,
    write: impl Fn(&T) -> Option<String>,
) -> Result<Vec<Cell>, String> {
    let array = cast::<PrimitiveArray<T>>(array)?;
    Ok(array.iter().map(|v| Ok(v.and_then(&write))).collect())
}

/// Returns `value`·10^−scale in decimal.
fn decimal(value: i128, scale: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    match digits.split_at(digits.len().saturating_sub(scale)) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

fn half(bytes: &[u8]) -> Option<String> {
    let (first, _) = bytes.split_first_chunk::<2>()?;
    let value = f16::from_le_bytes(*first);
    (!value.is_nan()).then(|| value.to_string())
}

fn text(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| "holds bytes that are not UTF-8 text".to_owned())?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_their_point() {
        for (value, scale, text) in [
            (150, 2, "1.50"),
            (-5, 2, "-0.05"),
            (0, 3, "0.000"),
            (7, 0, "7"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(decimal(value, scale), text);
        }
    }

    #[test]
    fn floats_of_half_precision() {
        assert_eq!(half(&[0x00, 0x3c]), Some("1".to_owned()));
        assert_eq!(half(&[0x00, 0xc1]), Some("-2.5".to_owned()));
        assert_eq!(half(&[0x00, 0x7e]), None);
    }
}
