"""Writes the Parquet files beside it, one for each type of column or way of storing it.

    python generate.py            # pyarrow 26.0

Each file has the columns `text` and `label`; tests/parquet.rs says what is read of it.
"""

import datetime
import decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
TEXTS = ["one", " two ", "drei ü", "four"]
ZERO_ONE = [0, 1, 0, 1]


def write(name, label, text=None, **options):
    text = pa.array(TEXTS) if text is None else text
    table = pa.table({"text": text, "label": label})
    pq.write_table(table, HERE / f"{name}.parquet", **options)


def main():
    integers = [f"{sign}int{bits}" for bits in (8, 16, 32, 64) for sign in ("", "u")]
    for kind in integers:
        write(kind, pa.array(ZERO_ONE, getattr(pa, kind)()))
    write("uint64_max", pa.array([0, 2**64 - 1] * 2, pa.uint64()))
    write("int64_min", pa.array([0, -(2**63)] * 2, pa.int64()))
    for bits in (16, 32, 64):
        kind = getattr(pa, f"float{bits}")()
        write(f"float{bits}", pa.array([0.0, 1.0, 0.0, 1.0], kind))
    write("halves", pa.array([0.5, -2.5, 0.5, -2.5], pa.float16()))
    write("nan", pa.array([0.0, 1.0, float("nan"), 1.0], pa.float64()))
    write("bool", pa.array([False, True, False, True]))
    d = decimal.Decimal
    write("decimal", pa.array([d("0.0"), d("1.0")] * 2, pa.decimal128(5, 1)))
    write("decimal_38", pa.array([d("-0.5"), d("12345678901234567890.5")] * 2, pa.decimal128(38, 1)))
    for bits, digits in ((32, 5), (64, 15)):
        write(f"decimal_in_int{bits}", pa.array([d("0.5"), d("1.5")] * 2, pa.decimal128(digits, 1)),
              store_decimal_as_integer=True)
    write("decimal_50", pa.array([d("0.0"), d("1.0")] * 2, pa.decimal256(50, 1)))
    words = ["ham", "spam", "ham", "spam"]
    for name, kind in {
        "string": pa.string(),
        "large_string": pa.large_string(),
        "string_view": pa.string_view(),
        "binary": pa.binary(),
        "large_binary": pa.large_binary(),
        "binary_view": pa.binary_view(),
    }.items():
        write(name, pa.array(words, kind), pa.array(TEXTS, kind))
    for index in ("int8", "uint8", "int32", "int64"):
        kind = pa.dictionary(getattr(pa, index)(), pa.string())
        write(f"dictionary_{index}", pa.array(words).dictionary_encode().cast(kind),
              pa.array(TEXTS).dictionary_encode().cast(kind))
    write("dictionary_of_integers", pa.array([7, 9, 7, 9], pa.int16()).dictionary_encode())
    write("fixed_binary", pa.array([b"no", b"ja", b"no", b"ja"], pa.binary(2)))
    write("not_utf8", pa.array(words), pa.array([b"one", b"two", b"\xff\xfe", b"four"]))
    write("null", pa.nulls(4))
    write("some_null", pa.array([0, 1, None, 1], pa.int8()))
    for codec in ("snappy", "gzip", "zstd", "brotli", "lz4"):
        write(codec, pa.array(ZERO_ONE), compression=codec)
    write("plain", pa.array(ZERO_ONE), compression="none", use_dictionary=False)
    write("pages_2", pa.array(ZERO_ONE, pa.int8()), data_page_version="2.0")
    write("groups", pa.array([0, None, 1, 1], pa.int16()), row_group_size=1)
    write("delta", pa.array(ZERO_ONE), use_dictionary=False,
          column_encoding={"text": "DELTA_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"})
    write("split", pa.array([0.0, 1.0] * 2, pa.float32()), use_dictionary=False,
          column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY", "label": "BYTE_STREAM_SPLIT"})
    day = datetime.date(2020, 2, 29)
    write("date", pa.array([day] * 4))
    write("timestamp", pa.array([datetime.datetime(2020, 2, 29)] * 4, pa.timestamp("us")))
    write("int96", pa.array([datetime.datetime(2020, 2, 29)] * 4), use_deprecated_int96_timestamps=True)
    write("time", pa.array([datetime.time(1, 2)] * 4))
    write("list", pa.array([[0], [1], [0], [1]]))
    write("struct", pa.array([{"a": 0}] * 4))
    write("map", pa.array([[("a", 0)]] * 4, pa.map_(pa.string(), pa.int8())))
    # A column of another type beside them is no hindrance.
    table = pa.table({"other": pa.array([{"a": [day]}] * 4), "text": TEXTS, "label": pa.array(ZERO_ONE, pa.int8())})
    pq.write_table(table, HERE / "beside.parquet")
    pq.write_table(pa.Table.from_arrays([pa.array(TEXTS), pa.array(ZERO_ONE), pa.array(ZERO_ONE)],
                                        names=["text", "label", "label"]), HERE / "twice.parquet")
    pq.write_table(table.slice(0, 0), HERE / "empty.parquet")


main()
