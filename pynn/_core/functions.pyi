# Written by tools/gen_stubs.py from the built extension; change the sources, not this file.
from pynn._core.ops import abs as abs
from pynn._core.ops import absolute as absolute
from pynn._core.ops import acos as acos
from pynn._core.ops import acosh as acosh
from pynn._core.ops import add as add
from pynn._core.ops import addcdiv as addcdiv
from pynn._core.ops import addcmul as addcmul
from pynn._core.ops import addmm as addmm
from pynn._core.ops import all as all
from pynn._core.ops import amax as amax
from pynn._core.ops import amin as amin
from pynn._core.ops import any as any
from pynn._core.ops import arccos as arccos
from pynn._core.ops import arccosh as arccosh
from pynn._core.ops import arcsin as arcsin
from pynn._core.ops import arcsinh as arcsinh
from pynn._core.ops import arctan as arctan
from pynn._core.ops import arctan2 as arctan2
from pynn._core.ops import arctanh as arctanh
from pynn._core.ops import argmax as argmax
from pynn._core.ops import argmin as argmin
from pynn._core.ops import argsort as argsort
from pynn._core.ops import argwhere as argwhere
from pynn._core.ops import asin as asin
from pynn._core.ops import asinh as asinh
from pynn._core.ops import atan as atan
from pynn._core.ops import atan2 as atan2
from pynn._core.ops import atanh as atanh
from pynn._core.ops import bernoulli as bernoulli
from pynn._core.ops import bitwise_and as bitwise_and
from pynn._core.ops import bitwise_left_shift as bitwise_left_shift
from pynn._core.ops import bitwise_not as bitwise_not
from pynn._core.ops import bitwise_or as bitwise_or
from pynn._core.ops import bitwise_right_shift as bitwise_right_shift
from pynn._core.ops import bitwise_xor as bitwise_xor
from pynn._core.ops import bmm as bmm
from pynn._core.ops import broadcast_to as broadcast_to
from pynn._core.ops import cat as cat
from pynn._core.ops import ceil as ceil
from pynn._core.ops import celu as celu
from pynn._core.ops import chunk as chunk
from pynn._core.ops import clamp as clamp
from pynn._core.ops import clip as clip
from pynn._core.ops import clone as clone
from pynn._core.ops import concat as concat
from pynn._core.ops import concatenate as concatenate
from pynn._core.ops import cos as cos
from pynn._core.ops import cosh as cosh
from pynn._core.ops import count_nonzero as count_nonzero
from pynn._core.ops import cumprod as cumprod
from pynn._core.ops import cumsum as cumsum
from pynn._core.ops import diag as diag
from pynn._core.ops import diag_embed as diag_embed
from pynn._core.ops import diagonal as diagonal
from pynn._core.ops import div as div
from pynn._core.ops import divide as divide
from pynn._core.ops import dot as dot
from pynn._core.ops import eq as eq
from pynn._core.ops import erf as erf
from pynn._core.ops import erfc as erfc
from pynn._core.ops import exp as exp
from pynn._core.ops import exp2 as exp2
from pynn._core.ops import expand as expand
from pynn._core.ops import expm1 as expm1
from pynn._core.ops import fix as fix
from pynn._core.ops import flatten as flatten
from pynn._core.ops import flip as flip
from pynn._core.ops import floor as floor
from pynn._core.ops import floor_divide as floor_divide
from pynn._core.ops import fmax as fmax
from pynn._core.ops import fmin as fmin
from pynn._core.ops import fmod as fmod
from pynn._core.ops import frac as frac
from pynn._core.ops import gather as gather
from pynn._core.ops import ge as ge
from pynn._core.ops import greater as greater
from pynn._core.ops import greater_equal as greater_equal
from pynn._core.ops import gt as gt
from pynn._core.ops import hardshrink as hardshrink
from pynn._core.ops import heaviside as heaviside
from pynn._core.ops import hstack as hstack
from pynn._core.ops import hypot as hypot
from pynn._core.ops import index_add as index_add
from pynn._core.ops import index_copy as index_copy
from pynn._core.ops import index_fill as index_fill
from pynn._core.ops import index_put as index_put
from pynn._core.ops import index_select as index_select
from pynn._core.ops import isclose as isclose
from pynn._core.ops import isfinite as isfinite
from pynn._core.ops import isinf as isinf
from pynn._core.ops import isnan as isnan
from pynn._core.ops import le as le
from pynn._core.ops import lerp as lerp
from pynn._core.ops import less as less
from pynn._core.ops import less_equal as less_equal
from pynn._core.ops import log as log
from pynn._core.ops import log10 as log10
from pynn._core.ops import log1p as log1p
from pynn._core.ops import log2 as log2
from pynn._core.ops import log_softmax as log_softmax
from pynn._core.ops import logaddexp as logaddexp
from pynn._core.ops import logical_and as logical_and
from pynn._core.ops import logical_not as logical_not
from pynn._core.ops import logical_or as logical_or
from pynn._core.ops import logical_xor as logical_xor
from pynn._core.ops import logsumexp as logsumexp
from pynn._core.ops import lt as lt
from pynn._core.ops import masked_fill as masked_fill
from pynn._core.ops import masked_select as masked_select
from pynn._core.ops import matmul as matmul
from pynn._core.ops import maximum as maximum
from pynn._core.ops import mean as mean
from pynn._core.ops import minimum as minimum
from pynn._core.ops import mm as mm
from pynn._core.ops import moveaxis as moveaxis
from pynn._core.ops import movedim as movedim
from pynn._core.ops import mul as mul
from pynn._core.ops import multiply as multiply
from pynn._core.ops import mv as mv
from pynn._core.ops import nan_to_num as nan_to_num
from pynn._core.ops import narrow as narrow
from pynn._core.ops import ne as ne
from pynn._core.ops import neg as neg
from pynn._core.ops import negative as negative
from pynn._core.ops import nonzero as nonzero
from pynn._core.ops import norm as norm
from pynn._core.ops import not_equal as not_equal
from pynn._core.ops import outer as outer
from pynn._core.ops import permute as permute
from pynn._core.ops import pow as pow
from pynn._core.ops import power as power
from pynn._core.ops import prelu as prelu
from pynn._core.ops import prod as prod
from pynn._core.ops import ravel as ravel
from pynn._core.ops import reciprocal as reciprocal
from pynn._core.ops import relu as relu
from pynn._core.ops import remainder as remainder
from pynn._core.ops import repeat_interleave as repeat_interleave
from pynn._core.ops import reshape as reshape
from pynn._core.ops import roll as roll
from pynn._core.ops import round as round
from pynn._core.ops import row_stack as row_stack
from pynn._core.ops import rsqrt as rsqrt
from pynn._core.ops import scatter as scatter
from pynn._core.ops import scatter_add as scatter_add
from pynn._core.ops import select as select
from pynn._core.ops import selu as selu
from pynn._core.ops import sgn as sgn
from pynn._core.ops import sigmoid as sigmoid
from pynn._core.ops import sign as sign
from pynn._core.ops import sin as sin
from pynn._core.ops import sinh as sinh
from pynn._core.ops import softmax as softmax
from pynn._core.ops import sort as sort
from pynn._core.ops import split as split
from pynn._core.ops import sqrt as sqrt
from pynn._core.ops import square as square
from pynn._core.ops import squeeze as squeeze
from pynn._core.ops import stack as stack
from pynn._core.ops import std as std
from pynn._core.ops import sub as sub
from pynn._core.ops import subtract as subtract
from pynn._core.ops import sum as sum
from pynn._core.ops import swapaxes as swapaxes
from pynn._core.ops import t as t
from pynn._core.ops import take as take
from pynn._core.ops import take_along_axis as take_along_axis
from pynn._core.ops import take_along_dim as take_along_dim
from pynn._core.ops import tan as tan
from pynn._core.ops import tanh as tanh
from pynn._core.ops import threshold as threshold
from pynn._core.ops import tile as tile
from pynn._core.ops import topk as topk
from pynn._core.ops import transpose as transpose
from pynn._core.ops import tril as tril
from pynn._core.ops import triu as triu
from pynn._core.ops import true_divide as true_divide
from pynn._core.ops import trunc as trunc
from pynn._core.ops import unbind as unbind
from pynn._core.ops import unflatten as unflatten
from pynn._core.ops import unsqueeze as unsqueeze
from pynn._core.ops import var as var
from pynn._core.ops import vstack as vstack
from pynn._core.ops import where as where
from pynn._core.ops import xlogy as xlogy

__all__ = [
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "addcdiv",
    "addcmul",
    "addmm",
    "all",
    "amax",
    "amin",
    "any",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argsort",
    "argwhere",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bernoulli",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "bmm",
    "broadcast_to",
    "cat",
    "ceil",
    "celu",
    "chunk",
    "clamp",
    "clip",
    "clone",
    "concat",
    "concatenate",
    "cos",
    "cosh",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "diag",
    "diag_embed",
    "diagonal",
    "div",
    "divide",
    "dot",
    "eq",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expand",
    "expm1",
    "fix",
    "flatten",
    "flip",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "gather",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "hardshrink",
    "heaviside",
    "hstack",
    "hypot",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_select",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "lerp",
    "less",
    "less_equal",
    "log",
    "log10",
    "log1p",
    "log2",
    "log_softmax",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logsumexp",
    "lt",
    "masked_fill",
    "masked_select",
    "matmul",
    "maximum",
    "mean",
    "minimum",
    "mm",
    "moveaxis",
    "movedim",
    "mul",
    "multiply",
    "mv",
    "nan_to_num",
    "narrow",
    "ne",
    "neg",
    "negative",
    "nonzero",
    "norm",
    "not_equal",
    "outer",
    "permute",
    "pow",
    "power",
    "prelu",
    "prod",
    "ravel",
    "reciprocal",
    "relu",
    "remainder",
    "repeat_interleave",
    "reshape",
    "roll",
    "round",
    "row_stack",
    "rsqrt",
    "scatter",
    "scatter_add",
    "select",
    "selu",
    "sgn",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "softmax",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "sub",
    "subtract",
    "sum",
    "swapaxes",
    "t",
    "take",
    "take_along_axis",
    "take_along_dim",
    "tan",
    "tanh",
    "threshold",
    "tile",
    "topk",
    "transpose",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "unbind",
    "unflatten",
    "unsqueeze",
    "var",
    "vstack",
    "where",
    "xlogy",
]
