"""Tegula's dtypes in NumPy, and what it means that an array is the right one.

References are computed in double precision ("wide") from operands that are exact, and never rounded: a result is right if it is within half
a unit in its last place of the reference, plus what its op may lose where it computes. So an op that rounds twice, or to a wrong dtype, is seen.
"""
import dataclasses
import ml_dtypes
import numpy as np

DTYPES = dict(f16=np.float16, bf16=ml_dtypes.bfloat16, f32=np.float32, f64=np.float64, bool=np.bool_,
              i8=np.int8, i16=np.int16, i32=np.int32, i64=np.int64, u8=np.uint8, u16=np.uint16, u32=np.uint32, u64=np.uint64)
FLOATS = ("f16", "bf16", "f32", "f64")
INTS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
INFO = {d: ml_dtypes.finfo(DTYPES[d]) for d in FLOATS}
COMPUTE_EPSILON = dict(f16=2.0**-23, bf16=2.0**-23, f32=2.0**-23, f64=2.0**-52)


def wide(a):
    """Floats in double precision, the rest as it is."""
    return a if a.dtype == np.bool_ or np.issubdtype(a.dtype, np.integer) else a.astype(np.float64)


def unit(x, dtype):
    """The distance of the numbers of `dtype` around x, which is wide."""
    exponent = np.frexp(np.where(np.isfinite(x), x, 0))[1] - 1
    return np.ldexp(1.0, np.maximum(exponent, INFO[dtype].minexp) - INFO[dtype].nmant)


def rounded(x, dtype):
    """Rounded once, to nearest even; integers wrap."""
    with np.errstate(all="ignore"):
        if dtype == "bf16":  # NumPy would go by way of f32
            x = np.where(np.isfinite(x), np.rint(x / unit(x, dtype)) * unit(x, dtype), x)
        return np.asarray(x).astype(DTYPES[dtype])


@dataclasses.dataclass
class Want:
    """A result as it should be. An exact one is rounded once, to the nearest; others may be `slack` epsilons of the computing dtype off, times
    `scale`: the size of what was added on the way, where that is more than the result."""
    value: np.ndarray
    slack: float = 0
    scale: np.ndarray | float = 0

    def rounded(self, dtype):
        return rounded(self.value, dtype)

    def difference(self, got, dtype):
        """None, or where `got` differs and how."""
        value, exact = np.asarray(self.value), self.rounded(dtype)
        if got.shape != value.shape:
            return f"its shape is {got.shape}, expected {value.shape}"
        right = same_bits(got, exact)
        if dtype in FLOATS and self.slack:
            with np.errstate(all="ignore"):
                most = self.slack * COMPUTE_EPSILON[dtype] * np.maximum(np.abs(value), self.scale) + float(INFO[dtype].smallest_subnormal)
                right |= np.abs(wide(got) - value) <= 0.5 * unit(value, dtype) + most
                right |= same_bits(got, rounded(value + most, dtype)) | same_bits(got, rounded(value - most, dtype))  # infinities
        return None if right.all() else first_difference(got, exact, right)


def same_bits(a, b):
    """Where a and b hold the same number; NaN is NaN, and zeros are zeros of either sign."""
    with np.errstate(invalid="ignore"):
        equal = a == b
    return equal if a.dtype == np.bool_ or np.issubdtype(a.dtype, np.integer) else equal | (np.isnan(a) & np.isnan(b))


def first_difference(got, want, right):
    at = tuple(int(i) for i in np.argwhere(~right)[0])
    return f"{(~right).sum()} of {right.size} differ, first at {list(at)}: {got[at]!r}, expected {want[at]!r}"
