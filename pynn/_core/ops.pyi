# Written by tools/gen_stubs.py from the built extension; change the sources, not this file.
import builtins
from collections.abc import Sequence
from typing import NamedTuple

from pynn._core import _DType, _Ints, _Operand, Tensor

class _AddLayerNormResult(NamedTuple):
    sum: Tensor
    normed: Tensor

class _AddRmsNormResult(NamedTuple):
    sum: Tensor
    normed: Tensor

class _MaxWithIndexResult(NamedTuple):
    values: Tensor
    indices: Tensor

class _MinWithIndexResult(NamedTuple):
    values: Tensor
    indices: Tensor

class _BatchNormTrainingResult(NamedTuple):
    output: Tensor
    mean: Tensor
    var: Tensor

class _ClassCoefficientsResult(NamedTuple):
    coefficients: Tensor
    total: Tensor

class _GruLayerResult(NamedTuple):
    y: Tensor
    h: Tensor

class _LstmLayerResult(NamedTuple):
    y: Tensor
    h: Tensor
    c: Tensor

class _MaxPool1dWithIndicesResult(NamedTuple):
    values: Tensor
    indices: Tensor

class _MaxPool2dWithIndicesResult(NamedTuple):
    values: Tensor
    indices: Tensor

class _RnnTanhLayerResult(NamedTuple):
    y: Tensor
    h: Tensor

class _RnnReluLayerResult(NamedTuple):
    y: Tensor
    h: Tensor

class _SortResult(NamedTuple):
    values: Tensor
    indices: Tensor

class _TopkResult(NamedTuple):
    values: Tensor
    indices: Tensor

def cast(x: _Operand, dtype: _DType) -> Tensor:
    """The same values as another type of element. Floats lose their fraction on the way to integers; bool is whether a value differs from 0.

    Formula:  y = x, as elements of type dtype
    Gradient: dx = dy, as elements of x's type
    """

def accumulate(a: _Operand, b: _Operand) -> Tensor:
    """The sum of two gradients of one tensor, where two paths of a computation meet.

    Formula:  y = a + b
    Gradient: da = dy, db = dy
    """

def slice(x: _Operand, shape: _Ints, strides: _Ints, offset: builtins.int) -> Tensor:
    """A strided part of a tensor, in places of its row-major order: what x[1:, ::2], select, diagonal and unfold record. A view wherever x is contiguous.

    Formula:  y[k] = x.flat[offset + Σᵢ stridesᵢ kᵢ]
    Gradient: dx = 0, plus dy at the places that were taken
    """

def slice_spread(x: _Operand, shape: _Ints, strides: _Ints, offset: builtins.int) -> Tensor:
    """Zeros with a tensor added at a strided part: the gradient of a slice.

    Formula:  y = 0, then y.flat[offset + Σᵢ stridesᵢ kᵢ] += x[k]
    Gradient: dx[k] = dy.flat[offset + Σᵢ stridesᵢ kᵢ]
    """

def slice_assign(x: _Operand, value: _Operand, shape: _Ints, strides: _Ints, offset: builtins.int) -> Tensor:
    """A tensor with a strided part replaced: the history of x[...] = value.

    Formula:  y = x, but y.flat[offset + Σᵢ stridesᵢ kᵢ] = value[k]
    Gradient: dx = dy with 0 at the places assigned to, dvalue = dy at those places
    """

def abs(x: _Operand) -> Tensor:
    """The size of every element without its sign.

    Formula:  y = |x|
    Gradient: dx = dy sign x: 0 at the kink
    """

absolute = abs

def sign(x: _Operand) -> Tensor:
    """The sign of every element; 0 for NaN, as in PyTorch.

    Formula:  y = -1, 0, 1  for x < 0, x = 0, x > 0
    Gradient: dx = 0: constant but for the jump
    """

sgn = sign

def add_layer_norm(x: _Operand, residual: _Operand, normalized_shape: _Ints, weight: _Operand | None = None, bias: _Operand | None = None, eps: builtins.float = 1e-05) -> _AddLayerNormResult:
    """x + residual, and layer_norm of it: (sum, normed).

    Formula:  sum = x + residual, normed = layer_norm(sum)
    Gradient: dx = dresidual = dsum + the gradient of layer_norm
    """

def add_rms_norm(x: _Operand, residual: _Operand, normalized_shape: _Ints, weight: _Operand | None = None, eps: builtins.float = 1.1920928955078125e-07) -> _AddRmsNormResult:
    """x + residual, and rms_norm of it: (sum, normed).

    Formula:  sum = x + residual, normed = rms_norm(sum)
    Gradient: dx = dresidual = dsum + the gradient of rms_norm
    """

def addcmul(x: _Operand, tensor1: _Operand, tensor2: _Operand, value: builtins.float = 1.0) -> Tensor:
    """Adds a multiple of a product, in one pass. Adam's second moment is v.mul_(b2).addcmul_(g, g, 1 - b2).

    Formula:  y = x + value a b,  a = tensor1, b = tensor2
    Gradient: dx = dy,  da = value dy b,  db = value dy a
    """

def addcdiv(x: _Operand, tensor1: _Operand, tensor2: _Operand, value: builtins.float = 1.0) -> Tensor:
    """Adds a multiple of a quotient, in one pass. Adam's step is w.addcdiv_(m, v.sqrt() + eps, -lr).

    Formula:  y = x + value a / b,  a = tensor1, b = tensor2
    Gradient: dx = dy,  da = value dy / b,  db = -value dy a / b²
    """

def amax(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The largest element, or along `axis` (an integer or several). NaN counts as the largest of all. See max for one axis with the indices.

    Formula:  y = max x  over the axes
    Gradient: dx = dy where x = y, shared equally among ties; 0 elsewhere
    """

def amin(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The smallest element, or along `axis` (an integer or several). NaN counts as the smallest of all. See min for one axis with the indices.

    Formula:  y = min x  over the axes
    Gradient: dx = dy where x = y, shared equally among ties; 0 elsewhere
    """

def any(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """Whether any element differs from 0, in the whole tensor or along `axis`. NaN does.

    Formula:  y = x₁ ≠ 0 ∨ x₂ ≠ 0 ∨ ...  over the axes
    Gradient: none: the result is a bool
    """

def all(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """Whether every element differs from 0, in the whole tensor or along `axis`. NaN does.

    Formula:  y = x₁ ≠ 0 ∧ x₂ ≠ 0 ∧ ...  over the axes
    Gradient: none: the result is a bool
    """

def count_nonzero(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """How many elements differ from 0, in the whole tensor or along `axis`, as int64.

    Formula:  y = |{x ≠ 0}|  over the axes
    Gradient: none: the result is an integer
    """

def max_with_index(x: _Operand, axis: builtins.int = ..., keepdim: builtins.bool = False, *, dim: builtins.int = ..., keepdims: builtins.bool = ...) -> _MaxWithIndexResult:
    """The largest element along an axis, and where it stands: the first of equal ones. NaN counts as the largest.

    Formula:  values = max x, indices = argmax x  along the axis
    Gradient: dx = dy at the index, 0 elsewhere
    """

def min_with_index(x: _Operand, axis: builtins.int = ..., keepdim: builtins.bool = False, *, dim: builtins.int = ..., keepdims: builtins.bool = ...) -> _MinWithIndexResult:
    """The smallest element along an axis, and where it stands: the first of equal ones. NaN counts as the smallest.

    Formula:  values = min x, indices = argmin x  along the axis
    Gradient: dx = dy at the index, 0 elsewhere
    """

def argmax(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """Where the largest element stands along `axis`, as int64; without an axis, its place in the flattened tensor. Of equal ones it is the first. NaN counts as the largest.

    Formula:  y = the first i with xᵢ = max x
    Gradient: none: the result is an index
    """

def argmin(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """Where the smallest element stands along `axis`, as int64; without an axis, its place in the flattened tensor. Of equal ones it is the first. NaN counts as the smallest.

    Formula:  y = the first i with xᵢ = min x
    Gradient: none: the result is an index
    """

def add(a: _Operand, b: _Operand) -> Tensor:
    """The sum of two tensors. True + True is True: bool adds as `or`.

    Formula:  y = a + b
    Gradient: da = dy, db = dy  (each summed over the axes along which it was broadcast)
    """

def sub(a: _Operand, b: _Operand) -> Tensor:
    """The difference of two tensors.

    Formula:  y = a - b
    Gradient: da = dy, db = -dy
    """

subtract = sub

def mul(a: _Operand, b: _Operand) -> Tensor:
    """The product of two tensors, element by element. For matrices see matmul.

    Formula:  y = a b
    Gradient: da = dy b, db = dy a
    """

multiply = mul

def div(a: _Operand, b: _Operand) -> Tensor:
    """The quotient of two tensors. Integers are divided as floats. Where dy = 0 the gradients are 0, whatever b is, so that where(b != 0, a / b, 0) has a gradient without NaN.

    Formula:  y = a / b
    Gradient: da = dy / b, db = -dy a / b²
    """

divide = div

true_divide = div

def neg(x: _Operand) -> Tensor:
    """The negative of every element.

    Formula:  y = -x
    Gradient: dx = -dy
    """

negative = neg

def attention(query: _Operand, key: _Operand, value: _Operand, scale: builtins.float, attn_mask: _Operand | None = None, dropout_p: builtins.float = 0.0, is_causal: builtins.bool = False) -> Tensor:
    """The values (.., S, Ev), averaged for each query (.., L, E) by the softmax of its products with the keys (.., S, E); functional.scaled_dot_product_attention says all.

    Formula:  O = P V,  P = softmax(scale Q Kᵀ + mask)
    Gradient: dV = Pᵀ dO, dS = P (dO Vᵀ - Σ dO O), dQ = scale dS K, dK = scale dSᵀ Q

    Source: A. Vaswani et al., Attention is all you need, 2017, equation 1; computed as in T. Dao et al., FlashAttention, 2022
    """

def avg_pool1d(x: _Operand, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), ceil_mode: builtins.bool = False, count_include_pad: builtins.bool = True, divisor_override: _Ints | None = None) -> Tensor:
    """The mean of each window along the last axis of (N, C, L) or (C, L).

    Without a `stride` windows lie side by side. `padding` puts zeros at both ends, which count unless `count_include_pad` is False; `ceil_mode` adds a window for what is left over.

    Formula:  y[i] = Σ x[i stride + b - padding] over b, divided by how many there are
    Gradient: dx[k] = Σ dy[i] / count[i] over the windows i that hold k
    """

def avg_pool2d(x: _Operand, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), ceil_mode: builtins.bool = False, count_include_pad: builtins.bool = True, divisor_override: _Ints | None = None) -> Tensor:
    """The mean of each window over the last two axes of (N, C, H, W) or (C, H, W).

    Sizes are one integer or (height, width). Without a `stride` windows lie side by side. `padding` puts zeros around the image, which count unless `count_include_pad` is False; `ceil_mode` adds windows for what is left over; `divisor_override` takes the place of the count.

    Formula:  y[i] = Σ x[i stride + b - padding] over b, divided by how many there are
    Gradient: dx[k] = Σ dy[i] / count[i] over the windows i that hold k

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, section II.B
    """

def avg_pool1d_back(x: _Operand, shape: _Ints, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), ceil_mode: builtins.bool = False, count_include_pad: builtins.bool = True, divisor_override: _Ints | None = None) -> Tensor:
    """The adjoint of avg_pool1d: what each element of an input of this shape gets back.

    Formula:  y[k] = Σ x[i] / count[i] over the windows i that hold k
    Gradient: the mean of each window of dy
    """

def avg_pool2d_back(x: _Operand, shape: _Ints, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), ceil_mode: builtins.bool = False, count_include_pad: builtins.bool = True, divisor_override: _Ints | None = None) -> Tensor:
    """The adjoint of avg_pool2d: what each element of an input of this shape gets back.

    Formula:  y[k] = Σ x[i] / count[i] over the windows i that hold k
    Gradient: the mean of each window of dy
    """

def batch_norm_training(x: _Operand, weight: _Operand | None = None, bias: _Operand | None = None, eps: builtins.float = 1e-05, relu: builtins.bool = False) -> _BatchNormTrainingResult:
    """Every channel (axis 1) brought to mean 0 and variance 1 over all other axes, then scaled by `weight` and shifted by `bias`, and with `relu` cut off below 0; the means and the variances (of n - 1) of the channels.

    Formula:  y = w x̂ + b, x̂ = (x - x̄) / √(σ² + ε)  with the mean and the variance of each channel
    Gradient: dx = (g - ḡ - x̂ mean(g x̂)) / √(σ² + ε) with g = w dy, dw = Σ dy x̂, db = Σ dy

    Source: S. Ioffe, C. Szegedy, Batch normalization, 2015, algorithm 1
    """

def batch_norm_evaluation(x: _Operand, mean: _Operand, var: _Operand, weight: _Operand | None = None, bias: _Operand | None = None, eps: builtins.float = 1e-05, relu: builtins.bool = False) -> Tensor:
    """Every channel (axis 1) brought to mean 0 and variance 1 by a mean and a variance that are given, then scaled by `weight` and shifted by `bias`, and with `relu` cut off below 0.

    Formula:  y = w (x - mean) / √(var + ε) + b  with the numbers of each channel
    Gradient: dx = w s dy, dw = Σ dy s (x - mean), db = Σ dy, dmean = -w s Σ dy, dvar = -½ w s³ Σ dy (x - mean), with s = 1 / √(var + ε)

    Source: S. Ioffe, C. Szegedy, Batch normalization, 2015, algorithm 2, step 11
    """

def bitwise_and(a: _Operand, b: _Operand) -> Tensor:
    """The bits that both have. For bool tensors `a & b` is `and`.

    Formula:  y = a & b, bit by bit
    Gradient: none: integers
    """

def bitwise_or(a: _Operand, b: _Operand) -> Tensor:
    """The bits that at least one has. For bool tensors `a | b` is `or`.

    Formula:  y = a | b, bit by bit
    Gradient: none: integers
    """

def bitwise_xor(a: _Operand, b: _Operand) -> Tensor:
    """The bits that exactly one has.

    Formula:  y = a ^ b, bit by bit
    Gradient: none: integers
    """

def flip_bits(x: _Operand) -> Tensor:
    """bitwise_not for integers.

    Formula:  y = ~x, bit by bit
    Gradient: none: integers
    """

def bitwise_not(x: _Operand) -> Tensor:
    """Every bit flipped: -x - 1. For bool tensors `~x` is `not`.

    Formula:  y = ~x, bit by bit
    Gradient: none: integers
    """

def bitwise_left_shift(a: _Operand, b: _Operand) -> Tensor:
    """The bits of a moved b places to the left; 0 for b < 0 or past the last bit.

    Formula:  y = a 2ᵇ, without the bits that leave on the left
    Gradient: none: integers
    """

def bitwise_right_shift(a: _Operand, b: _Operand) -> Tensor:
    """The bits of a moved b places to the right, keeping the sign. For b < 0, or past the last bit, what is left of them: 0 or -1.

    Formula:  y = ⌊a / 2ᵇ⌋
    Gradient: none: integers
    """

def settle_index(x: _Operand, size: builtins.int, from_end: builtins.bool = False, op: str = "settle_index") -> Tensor:
    """Indices into an axis of `size` places, as int64. IndexError (in the name of `op`) for one that is out of range.

    Formula:  y = x, or for negative x, counted from the end, x + size
    Gradient: none: integers
    """

def clip_between(x: _Operand, low: _Operand, high: _Operand) -> Tensor:
    """clip with both bounds given.

    Formula:  y = min(max(x, low), high)
    Gradient: dx = dy inside the bounds; dy to the bound that holds outside
    """

def clip_to_numbers(x: _Operand, low: builtins.float, high: builtins.float) -> Tensor:
    """clip of floats to numbers.

    Formula:  y = min(max(x, low), high)
    Gradient: dx = dy for low ≤ x ≤ high, else 0
    """

def clip(x: _Operand, min: _Operand | None = None, max: _Operand | None = None) -> Tensor:
    """Every element, moved to the nearer bound if it lies outside [min, max]; None leaves a side open. NaN stays NaN. If min > max, the result is max.

    Formula:  y = min(max(x, low), high)
    Gradient: dx = dy for low ≤ x ≤ high, else 0; a bound that is a tensor gets the dy of what it holds
    """

clamp = clip

def clone(x: _Operand) -> Tensor:
    """A row-major copy. Changing one of the two does not change the other.

    Formula:  y = x
    Gradient: dx = dy
    """

def contiguous(x: _Operand) -> Tensor:
    """x itself if its elements lie in row-major order without gaps, else a copy that does.

    Formula:  y = x
    Gradient: dx = dy
    """

def eq(a: _Operand, b: _Operand) -> Tensor:
    """Whether two elements are equal; NaN equals nothing. One bool for whole tensors is pynn.equal.

    Formula:  y = a = b
    Gradient: none: the result is bool
    """

def ne(a: _Operand, b: _Operand) -> Tensor:
    """Whether two elements differ; NaN differs from everything.

    Formula:  y = a ≠ b
    Gradient: none: the result is bool
    """

not_equal = ne

def lt(a: _Operand, b: _Operand) -> Tensor:
    """Whether a is less than b; False if either is NaN.

    Formula:  y = a < b
    Gradient: none: the result is bool
    """

less = lt

def le(a: _Operand, b: _Operand) -> Tensor:
    """Whether a is at most b; False if either is NaN.

    Formula:  y = a ≤ b
    Gradient: none: the result is bool
    """

less_equal = le

def gt(a: _Operand, b: _Operand) -> Tensor:
    """Whether a is greater than b; False if either is NaN.

    Formula:  y = a > b
    Gradient: none: the result is bool
    """

greater = gt

def ge(a: _Operand, b: _Operand) -> Tensor:
    """Whether a is at least b; False if either is NaN.

    Formula:  y = a ≥ b
    Gradient: none: the result is bool
    """

greater_equal = ge

def cat(tensors: Sequence[Tensor], axis: builtins.int = 0, *, dim: builtins.int = ...) -> Tensor:
    """Joins tensors along an axis that they have; all other sizes must agree.

    Formula:  y = [x₀, x₁, ...] along the axis
    Gradient: dxₖ = the part of dy that xₖ went to
    """

concat = cat

concatenate = cat

def stack(tensors: Sequence[Tensor], axis: builtins.int = 0, *, dim: builtins.int = ...) -> Tensor:
    """Joins tensors of one shape along a new axis.

    Formula:  y[k] = xₖ along a new axis
    Gradient: dxₖ = dy[k]
    """

def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Joins tensors side by side.

    Formula:  y = [x₀, x₁, ...] along axis 1, or along axis 0 of vectors
    Gradient: dxₖ = the part of dy that xₖ went to
    """

def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Joins tensors one below the other.

    Formula:  y = [x₀, x₁, ...] along axis 0; a vector counts as a row
    Gradient: dxₖ = the part of dy that xₖ went to
    """

row_stack = vstack

def conv1d(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1, groups: builtins.int = 1, relu: builtins.bool = False) -> Tensor:
    """A convolution along one axis: x (N, C, L) or (C, L), weight (O, C / groups, K), bias (O,).

    Formula:  y[n, o, i] = Σ_ck w[o, c, k] x[n, c, i stride + k dilation − padding] + b[o]
    Gradient: dx: the transposed convolution of dy, dw: the products of dy with x, summed, db = Σ dy

    Source: Waibel et al. 1989, Phoneme recognition using time-delay neural networks
    """

def conv2d(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1, groups: builtins.int = 1, relu: builtins.bool = False) -> Tensor:
    """A convolution along two axes: x (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW), bias (O,).

    Formula:  y[n, o, i, j] = Σ_ckl w[o, c, k, l] x[n, c, i stride + k dilation − padding, j stride + l dilation − padding] + b[o]
    Gradient: dx: the transposed convolution of dy, dw: the products of dy with x, summed, db = Σ dy

    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition, Neural Computation 1(4)
    """

def conv3d(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1, groups: builtins.int = 1, relu: builtins.bool = False) -> Tensor:
    """A convolution along three axes: x (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW), bias (O,).

    Formula:  y[n, o, p] = Σ_ck w[o, c, k] x[n, c, p stride + k dilation − padding] + b[o], p and k of three axes
    Gradient: dx: the transposed convolution of dy, dw: the products of dy with x, summed, db = Σ dy

    Source: Ji et al. 2010, 3D convolutional neural networks for human action recognition
    """

def conv_then(x: _Operand, weight: _Operand, bias: _Operand | None = None, mean: _Operand | None = None, var: _Operand | None = None, norm_weight: _Operand | None = None, norm_bias: _Operand | None = None, eps: builtins.float = 1e-05, residual: _Operand | None = None, activation: str = "", parameter: builtins.float = 0.0, stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1) -> Tensor:
    """A convolution of x (N, C, ...), in as many groups as the weight leaves; the batch norm of evaluation behind it, if there is a `mean`; a `residual` of the output's shape that is added; and an elementwise op of one tensor by name, whose `parameter` counts if it has one. Where no gradient is recorded, all of it happens to outputs that are still in registers or in the cache.

    Formula:  y = f(w' (convolution(x) − mean) / √(var + ε) + b' + residual)
    Gradient: those of convolution, of batch_norm_evaluation and of f

    Source: S. Ioffe, C. Szegedy, Batch normalization, 2015, algorithm 2, step 11
    """

def conv_transpose1d(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, output_padding: _Ints = 0, groups: builtins.int = 1, dilation: _Ints = 1) -> Tensor:
    """A transposed convolution along one axis: x (N, C, L) or (C, L), weight (C, O / groups, K), bias (O,).

    Formula:  y[n, o, q] = Σ_cik w[c, o, k] x[n, c, i] + b[o] over i stride + k dilation − padding = q
    Gradient: dx: the convolution of dy, dw: the products of x with dy, summed, db = Σ dy

    Source: Zeiler et al. 2010, Deconvolutional networks
    """

def conv_transpose2d(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, output_padding: _Ints = 0, groups: builtins.int = 1, dilation: _Ints = 1) -> Tensor:
    """A transposed convolution along two axes: x (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, KW), bias (O,).

    Formula:  y[n, o, q] = Σ_cpk w[c, o, k] x[n, c, p] + b[o] over p stride + k dilation − padding = q, in two axes
    Gradient: dx: the convolution of dy, dw: the products of x with dy, summed, db = Σ dy

    Source: Zeiler et al. 2010, Deconvolutional networks
    """

def conv_transpose3d(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, output_padding: _Ints = 0, groups: builtins.int = 1, dilation: _Ints = 1) -> Tensor:
    """A transposed convolution along three axes: x (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, KD, KH, KW), bias (O,).

    Formula:  y[n, o, q] = Σ_cpk w[c, o, k] x[n, c, p] + b[o] over p stride + k dilation − padding = q, in three axes
    Gradient: dx: the convolution of dy, dw: the products of x with dy, summed, db = Σ dy

    Source: Zeiler et al. 2010, Deconvolutional networks
    """

def convolution(x: _Operand, weight: _Operand, bias: _Operand | None = None, stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1, groups: builtins.int = 1, relu: builtins.bool = False) -> Tensor:
    """A convolution along one, two or three axes: what `conv1d`, `conv2d` and `conv3d` stand on. `padding` may be (before, after) for each axis in turn; a negative one leaves places out. With `relu`, what is below 0 is cut off.

    Formula:  y[n, o, p] = Σ_ck w[o, c, k] x[n, c, p stride + k dilation − before] + b[o]; with relu, max(y, 0)
    Gradient: dx = convolution_input(dy, w), dw = convolution_weight(x, dy), db = Σ dy; with relu, dy where y > 0

    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition, Neural Computation 1(4)
    """

def convolution_input(x: _Operand, weight: _Operand, bias: _Operand | None = None, size: _Ints = ..., stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1, groups: builtins.int = 1) -> Tensor:
    """The gradient of `convolution` for its input, whose spatial `size` is given; and so the transposed convolution.

    Formula:  y[n, c, q] = Σ_opk w[o, c, k] x[n, o, p] where p stride + k dilation − before = q
    Gradient: dx = convolution(dy, w), dw = convolution_weight(dy, x), db = Σ dy
    """

def convolution_weight(x: _Operand, dy: _Operand, size: _Ints, stride: _Ints = 1, padding: _Ints = 0, dilation: _Ints = 1, groups: builtins.int = 1) -> Tensor:
    """The gradient of `convolution` for its weight, whose spatial `size` is given.

    Formula:  y[o, c, k] = Σ_np dy[n, o, p] x[n, c, p stride + k dilation − before]
    Gradient: with g the gradient of y: convolution_input(dy, g) for x, convolution(x, g) for dy
    """

def class_coefficients(input: _Operand, target: _Operand, weight: _Operand | None = None, ignore_index: builtins.int = -100, label_smoothing: builtins.float = 0.0, op: str = "class_coefficients") -> _ClassCoefficientsResult:
    """What each log-probability counts in a cross-entropy of class indices, and all of it together.

    Formula:  K = (1 - ε) w(t) onehot(t) + ε w / C, total = Σ w(t)
    Gradient: none: of the input, the shape alone matters
    """

def cross_entropy_of_classes(input: _Operand, target: _Operand, weight: _Operand | None = None, ignore_index: builtins.int = -100, reduction: str = "mean") -> Tensor:
    """Cross-entropy against class indices: what cross_entropy calls.

    Formula:  y = Σ -w(t) log_softmax(x)(t) / Σ w(t)
    Gradient: dx = dy w(t) (softmax(x) - onehot(t)) / Σ w(t)
    """

def cross_entropy(input: _Operand, target: _Operand, weight: _Operand | None = None, ignore_index: builtins.int = -100, reduction: str = "mean", label_smoothing: builtins.float = 0.0) -> Tensor:
    """The loss of classification, from scores (logits), not probabilities: input (C,), (N, C) or (N, C, d1, ...); target is class indices without the class axis, or probabilities shaped as the input. Targets equal to ignore_index count for nothing; label_smoothing moves that share of each target to all classes evenly. An index out of range is an IndexError. No gradient reaches weight from indices.

    Formula:  y = Σ -w(t) ln softmax(x)(t) / Σ w(t)
    Gradient: dx = dy w(t) (softmax(x) - onehot(t)) / Σ w(t)

    Source: label smoothing: Szegedy et al. 2016, Rethinking the Inception architecture, section 7
    """

def nll_loss(input: _Operand, target: _Operand, weight: _Operand | None = None, ignore_index: builtins.int = -100, reduction: str = "mean") -> Tensor:
    """The negative log-likelihood of the target classes, from log-probabilities such as log_softmax gives. From scores, cross_entropy does both at once.

    Formula:  y = Σ -w(t) x(t) / Σ w(t)
    Gradient: dx(t) = -dy w(t) / Σ w(t), else 0
    """

def ctc_loss(log_probs: _Operand, targets: _Operand, input_lengths: _Operand, target_lengths: _Operand, blank: builtins.int = 0, zero_infinity: builtins.bool = False) -> Tensor:
    """The connectionist temporal classification loss of each sequence, `(N,)`: what `F.ctc_loss` calls. log_probs (T, N, C), targets (N, labels), lengths (N,).

    Formula:  y = -ln Σ over all ways to spread the labels over time, blanks between, of Π p
    Gradient: dx_t(k) = -dy times the share of the ways that are at k at time t

    Source: Graves et al. 2006, Connectionist temporal classification, ICML; Graves 2012, Supervised sequence labelling with recurrent neural networks, chapter 7
    """

def cumsum(x: _Operand, axis: builtins.int = ..., dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
    """Running totals along an axis. bool and integers add up as int64; float32 runs in float64.

    Formula:  yᵢ = x₀ + x₁ + ... + xᵢ  along the axis
    Gradient: dxᵢ = dyᵢ + dyᵢ₊₁ + ...
    """

def reverse_cumsum(x: _Operand, axis: builtins.int = ..., dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
    """Running totals from the end of an axis: the gradient of cumsum.

    Formula:  yᵢ = xᵢ + xᵢ₊₁ + ...  along the axis
    Gradient: dxᵢ = dy₀ + dy₁ + ... + dyᵢ
    """

def shift(x: _Operand, axis: builtins.int = ..., by: builtins.int = 1, fill: builtins.float = 0.0, *, dim: builtins.int = ...) -> Tensor:
    """The elements moved along an axis; those pushed over the end are lost.

    Formula:  yᵢ = xᵢ₋ᵦ for by = β, or `fill` where there is no such element
    Gradient: dxᵢ = dyᵢ₊ᵦ, or 0 where there is none
    """

def linear_recurrence(a: _Operand, b: _Operand, axis: builtins.int = -1, reverse: builtins.bool = False, *, dim: builtins.int = ...) -> Tensor:
    """A first-order linear recurrence along an axis, from the front or from the back.

    Formula:  yᵢ = aᵢ yᵢ₋₁ + bᵢ, y₀ = b₀  along the axis; reversed: yᵢ = aᵢ yᵢ₊₁ + bᵢ
    Gradient: dbᵢ = dyᵢ + aᵢ₊₁ dbᵢ₊₁, daᵢ = dbᵢ yᵢ₋₁
    """

def cumprod(x: _Operand, axis: builtins.int = ..., dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
    """Running products along an axis. bool and integers multiply as int64; float32 runs in float64.

    Formula:  yᵢ = x₀ x₁ ... xᵢ  along the axis
    Gradient: dxᵢ = Σ dyₖ x₀ ... xᵢ₋₁ xᵢ₊₁ ... xₖ  over k ≥ i, right where an x is 0 too
    """

def diagonal(x: _Operand, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1) -> Tensor:
    """The diagonal of two axes, as the last axis of the result. A view.

    Formula:  y[.., k] = x[k, k + offset, ..]
    Gradient: dx = 0, but dx[k, k + offset, ..] = dy[.., k]
    """

def diag_embed(x: _Operand, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1) -> Tensor:
    """Matrices with the vectors along the last axis on a diagonal, and zeros elsewhere.

    Formula:  y[.., k, k + offset] = x[.., k], 0 elsewhere
    Gradient: dx[.., k] = dy[.., k, k + offset]
    """

def diag(x: _Operand, diagonal: builtins.int = 0) -> Tensor:
    """A square matrix with a vector on its diagonal, or the diagonal of a matrix (a view).

    Formula:  a vector onto a diagonal, or the diagonal of a matrix
    Gradient: dx = the other of the two, of dy
    """

def floor_divide(a: _Operand, b: _Operand) -> Tensor:
    """The largest whole number not above a / b, as Python's //. An integer divided by 0 gives 0, as in NumPy; a float gives inf or nan.

    Formula:  y = ⌊a / b⌋
    Gradient: da = 0, db = 0: constant between its jumps
    """

def remainder(a: _Operand, b: _Operand) -> Tensor:
    """What is left of a after whole multiples of b, with the sign of b, as Python's %. An integer modulo 0 is 0, as in NumPy.

    Formula:  y = a - b ⌊a / b⌋
    Gradient: da = dy, db = -dy ⌊a / b⌋
    """

def fmod(a: _Operand, b: _Operand) -> Tensor:
    """What is left of a after whole multiples of b, with the sign of a, as C's fmod. See remainder for Python's rule.

    Formula:  y = a - b trunc(a / b)
    Gradient: da = dy, db = -dy trunc(a / b)
    """

def dropout(x: _Operand, p: builtins.float = 0.5, training: builtins.bool = True) -> Tensor:
    """Drops each element with probability p while training and scales the others by 1 / (1 - p), so that the mean stays; leaves x as it is otherwise. A ValueError for p outside [0, 1].

    Formula:  y = x m / (1 - p),  m = 0 with probability p, else 1
    Gradient: dx = dy m / (1 - p)

    Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting, JMLR 15
    """

def elu(x: _Operand, alpha: builtins.float = 1.0) -> Tensor:
    """Identity above 0, an exponential approach to -α below: mean activations come nearer to 0.

    Formula:  y = x for x > 0, else α (eˣ - 1)
    Gradient: dx = dy for x > 0, else dy α eˣ

    Source: Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289
    """

def selu(x: _Operand) -> Tensor:
    """An elu scaled so that mean 0 and variance 1 are a fixed point of deep networks. Use it with LeCun-normal weights and alpha dropout.

    Formula:  y = λ x for x > 0, else λ α (eˣ - 1); λ ≈ 1.0507, α ≈ 1.6733
    Gradient: dx = λ dy for x > 0, else dy λ α eˣ

    Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2
    """

def celu(x: _Operand, alpha: builtins.float = 1.0) -> Tensor:
    """An elu whose slope is continuous for every α. α = 0 is the relu in the limit, but divides by 0 here.

    Formula:  y = x for x > 0, else α (e^{x/α} - 1)
    Gradient: dx = dy for x > 0, else dy e^{x/α}

    Source: Barron 2017, arXiv:1704.07483
    """

def embedding(input: _Operand, weight: _Operand, padding_idx: _Ints | None = None) -> Tensor:
    """Looks up the rows of `weight`, (rows, features), that the integers in `input` name; the result is (*input.shape, features). The row `padding_idx` gets no gradient. An index out of range is an IndexError. The gradient adds in a fixed order: it does not depend on the number of threads.

    Formula:  y[.., :] = weight[input[..], :]
    Gradient: dweight[r, :] = Σ dy[.., :] over all places where input is r

    Source: Bengio et al. 2003, A neural probabilistic language model, JMLR 3
    """

def erf(x: _Operand) -> Tensor:
    """The error function: the chance that a normal error of variance ½ is smaller than x.

    Formula:  y = 2/√π ∫₀ˣ exp(-t²) dt
    Gradient: dx = dy 2/√π exp(-x²)
    """

def erfc(x: _Operand) -> Tensor:
    """The complement of erf, with all its digits in the tail, where 1 - erf(x) has none.

    Formula:  y = 1 - erf(x)
    Gradient: dx = -dy 2/√π exp(-x²)
    """

def normal_cdf(x: _Operand) -> Tensor:
    """The chance that a standard normal number is below x.

    Formula:  y = Φ(x) = P(Z ≤ x) for a standard normal Z
    Gradient: dx = dy φ(x)
    """

def normal_pdf(x: _Operand) -> Tensor:
    """The density of the standard normal distribution.

    Formula:  y = φ(x) = exp(-x² / 2) / √(2π)
    Gradient: dx = -dy x φ(x)
    """

def expand(x: _Operand, *sizes: _Ints) -> Tensor:
    """Repeats axes of size 1 (and adds leading ones) without a copy. The result must not be written to.

    Formula:  y[i, j] = x[0, j] along an axis of size 1
    Gradient: dx = dy, summed over the axes that were expanded
    """

broadcast_to = expand

def exp(x: _Operand) -> Tensor:
    """e to the power of every element; inf above 88.7 (float32) or 709.8 (float64).

    Formula:  y = eˣ
    Gradient: dx = dy y, and 0 where dy = 0
    """

def exp2(x: _Operand) -> Tensor:
    """2 to the power of every element; exact for whole numbers.

    Formula:  y = 2ˣ
    Gradient: dx = dy y ln 2, and 0 where dy = 0
    """

def expm1(x: _Operand) -> Tensor:
    """e^x - 1, with all its digits near 0, where exp(x) - 1 has none.

    Formula:  y = eˣ - 1
    Gradient: dx = dy (y + 1), and 0 where dy = 0
    """

def maximum(a: _Operand, b: _Operand) -> Tensor:
    """The larger of two, element by element; NaN if either is NaN. The largest of one tensor is amax or max.

    Formula:  y = max(a, b)
    Gradient: dy to the larger; half to each where a = b
    """

def minimum(a: _Operand, b: _Operand) -> Tensor:
    """The smaller of two, element by element; NaN if either is NaN. The smallest of one tensor is amin or min.

    Formula:  y = min(a, b)
    Gradient: dy to the smaller; half to each where a = b
    """

def fmax(a: _Operand, b: _Operand) -> Tensor:
    """The larger of two, element by element, passing over NaN.

    Formula:  y = max(a, b); the other one where one is NaN
    Gradient: dy to the one that was taken; to a where a = b
    """

def fmin(a: _Operand, b: _Operand) -> Tensor:
    """The smaller of two, element by element, passing over NaN.

    Formula:  y = min(a, b); the other one where one is NaN
    Gradient: dy to the one that was taken; to a where a = b
    """

def zeros(size: _Ints, dtype: _DType | None = None) -> Tensor:
    """A tensor of zeros.

    Formula:  y = 0
    Gradient: none: it depends on no tensor
    """

def ones(size: _Ints, dtype: _DType | None = None) -> Tensor:
    """A tensor of ones.

    Formula:  y = 1
    Gradient: none: it depends on no tensor
    """

def full(size: _Ints, fill_value: builtins.float, dtype: _DType | None = None) -> Tensor:
    """A tensor of one value.

    Formula:  y = fill_value
    Gradient: none: it depends on no tensor
    """

def empty(size: _Ints, dtype: _DType | None = None) -> Tensor:
    """A tensor whose elements are yet to be written.

    Formula:  y = whatever the memory held
    Gradient: none: it depends on no tensor
    """

def arange(start: builtins.float, end: builtins.float, step: builtins.float = 1.0, dtype: _DType | None = None) -> Tensor:
    """Equally spaced numbers from start to end, end excluded.

    Formula:  yᵢ = start + i step,  as far as end, which is excluded
    Gradient: none: it depends on no tensor
    """

def linspace(start: builtins.float, end: builtins.float, steps: builtins.int, dtype: _DType | None = None) -> Tensor:
    """`steps` equally spaced numbers from start to end, both included.

    Formula:  yᵢ = start + i (end - start) / (steps - 1)
    Gradient: none: it depends on no tensor
    """

def eye(n: builtins.int, m: builtins.int = -1, dtype: _DType | None = None) -> Tensor:
    """The identity matrix, n × n or n × m.

    Formula:  yᵢⱼ = 1 where i = j, else 0
    Gradient: none: it depends on no tensor
    """

def gather(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
    """Takes, for every place of the index, the element of x that it names along the axis. x and index have equally many axes; along the others the index may be smaller.

    Formula:  y[.., k, ..] = x[.., index[.., k, ..], ..]
    Gradient: dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]
    """

def scatter_add(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., src: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
    """Adds every element of src to the place of x that the index names along the axis. The order of additions is fixed, so results do not depend on the number of threads.

    Formula:  y = x, then y[.., index[.., k, ..], ..] += src[.., k, ..]
    Gradient: dx = dy, dsrc[.., k, ..] = dy[.., index[.., k, ..], ..]
    """

def scatter(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., src: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
    """Puts every element of src (or a number) into the place of x that the index names along the axis. Where several go to one place, the last stays.

    Formula:  y = x, but y[.., index[.., k, ..], ..] = src[.., k, ..]
    Gradient: dx = dy with 0 at the places written, dsrc[.., k, ..] = dy[.., index[.., k, ..], ..] where it stayed
    """

def take_along_dim(x: _Operand, index: _Operand, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
    """As gather, but along the other axes x and index broadcast: takes back what argsort or argmax(keepdim=True) along that axis found.

    Formula:  y[.., k, ..] = x[.., index[.., k, ..], ..]
    Gradient: dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]
    """

take_along_axis = take_along_dim

def gelu_exact(x: _Operand) -> Tensor:
    """gelu by the normal distribution function itself.

    Formula:  y = x Φ(x)
    Gradient: dx = dy (Φ(x) + x φ(x))
    """

def gelu_tanh(x: _Operand) -> Tensor:
    """gelu by its approximation with tanh.

    Formula:  y = x σ(2u),  u = √(2/π) (x + 0.044715 x³)
    Gradient: dx = dy (σ(2u) + x σ(2u) σ(-2u) 2 √(2/π) (1 + 0.134145 x²))
    """

def gelu(x: _Operand, approximate: str = "none") -> Tensor:
    """x weighed by the chance that a standard normal number is below it: a smooth relu, the activation of transformers. approximate="none" keeps all its digits in both tails; "tanh" is faster and what GPT-2 used, off by up to 0.0005.

    Formula:  y = x Φ(x);  with "tanh": y = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
    Gradient: dx = dy (Φ(x) + x φ(x)), with the normal distribution function Φ and density φ

    Source: Hendrycks & Gimpel 2016, arXiv:1606.08415
    """

def glu(x: _Operand, axis: builtins.int = -1, *, dim: builtins.int = ...) -> Tensor:
    """Gated linear unit: the first half of the features, each let through as far as its partner in the second half says. The axis ends up half as long. A ShapeError if its size is odd.

    Formula:  y = a σ(b),  [a, b] = x, halved along the axis
    Gradient: da = dy σ(b),  db = dy a σ(b) (1 - σ(b))

    Source: Dauphin et al. 2017, Language modeling with gated convolutional networks, arXiv:1612.08083, eq. 1
    """

def grid_sample(x: _Operand, grid: _Operand, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: builtins.bool = False) -> Tensor:
    """For each place of the grid (N, H_out, W_out, 2), the image (N, C, H, W) there: (N, C, H_out, W_out).

    The grid holds x and y, -1 at the left or upper end and 1 at the right or lower one: the edges of the outermost pixels or, with `align_corners`, their centres. The mode 'bilinear' weighs four pixels, 'nearest' takes one. Outside the image there are 'zeros', or the nearest pixels of the 'border'.

    Formula:  y[p] = Σ w_t(p) x[t] over the four pixels t around the place p
    Gradient: dx[t] = Σ w_t(p) dy[p], dgrid[p] = Σ dy[p] x[t] ∂w_t/∂p

    Source: Jaderberg et al. 2015, Spatial transformer networks, arXiv:1506.02025, equations 3 to 7
    """

def group_norm(x: _Operand, num_groups: builtins.int, weight: _Operand | None = None, bias: _Operand | None = None, eps: builtins.float = 1e-05) -> Tensor:
    """Each sample's channels (axis 1) in `num_groups` groups of neighbours, every group brought to mean 0 and variance 1, then each channel scaled by `weight` and shifted by `bias`, if they are given.

    Formula:  y = w x̂ + b, x̂ = (x - x̄) / √(σ² + ε)  with the mean and the variance of each group of channels of each sample
    Gradient: dx = (g - ḡ - x̂ mean(g x̂)) / √(σ² + ε) with g = w dy, dw = Σ dy x̂, db = Σ dy

    Source: Y. Wu, K. He, Group normalization, 2018, equations 1 to 6
    """

def gru_layer(x: _Operand, weights: Sequence[Tensor], h0: _Operand | None = None, batch_sizes: _Operand | None = None, bias: builtins.bool = True, bidirectional: builtins.bool = False, batch_first: builtins.bool = True) -> _GruLayerResult:
    """One layer of `nn.GRU` over whole sequences: x (N, T, features), or (T, N, features) unless `batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, and b_ih and b_hh (if `bias`) of each direction. Returns y and the last h.

    Formula:  r, z = σ(W_ih x + b_ih + W_hh h + b_hh),  n = tanh(W_in x + b_in + r (W_hn h + b_hn)),  h = (1 - z) n + z h
    Gradient: through time: the gates', then dh = W_hhᵀ d(r, z, W_hn h) + z dh

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078, in the form of cuDNN and PyTorch: r stands outside of the product
    """

def hardtanh(x: _Operand, min_val: builtins.float = -1.0, max_val: builtins.float = 1.0) -> Tensor:
    """tanh in straight lines. Unlike clip, its gradient on the bounds is 0.

    Formula:  y = min(max(x, min_val), max_val)
    Gradient: dx = dy where min_val < x < max_val, else 0

    Source: Collobert 2004, Large scale machine learning (thesis)
    """

def heaviside(x: _Operand, values: _Operand) -> Tensor:
    """The unit step; `values` is taken where x is 0. NaN stays NaN.

    Formula:  y = 0, values, 1  for x < 0, x = 0, x > 0
    Gradient: dx = 0: constant but for the jump; dvalues = dy where x = 0
    """

def step(x: _Operand) -> Tensor:
    """The activation of the perceptron: it fires from 0 on, or it does not.

    Formula:  y = 1 for x ≥ 0, else 0
    Gradient: dx = 0: constant but for the jump, so nothing can be learned through it by gradients

    Source: McCulloch & Pitts 1943; Rosenblatt 1958, The perceptron, Psychological Review 65
    """

def sinh(x: _Operand) -> Tensor:
    """The hyperbolic sine.

    Formula:  y = (eˣ - e⁻ˣ) / 2
    Gradient: dx = dy cosh x
    """

def cosh(x: _Operand) -> Tensor:
    """The hyperbolic cosine.

    Formula:  y = (eˣ + e⁻ˣ) / 2
    Gradient: dx = dy sinh x
    """

def tanh(x: _Operand) -> Tensor:
    """The hyperbolic tangent: squashes numbers into (-1, 1), steepest at 0. Saturated, |x| > 3, its gradient nearly vanishes.

    Formula:  y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)
    Gradient: dx = dy (1 - y²)
    """

def asinh(x: _Operand) -> Tensor:
    """The inverse of the hyperbolic sine: linear near 0, logarithmic far out, for either sign.

    Formula:  y = ln(x + √(x² + 1))
    Gradient: dx = dy / √(1 + x²)
    """

arcsinh = asinh

def acosh(x: _Operand) -> Tensor:
    """The inverse of the hyperbolic cosine, x ≥ 1; NaN below.

    Formula:  y = ln(x + √(x² - 1))
    Gradient: dx = dy / √(x² - 1), and 0 where dy = 0
    """

arccosh = acosh

def atanh(x: _Operand) -> Tensor:
    """The inverse of the hyperbolic tangent; ±inf at ±1, NaN beyond.

    Formula:  y = ½ ln((1 + x) / (1 - x))
    Gradient: dx = dy / (1 - x²), and 0 where dy = 0
    """

arctanh = atanh

def index(x: _Operand, indices: Sequence[Tensor], at: builtins.int = -1) -> Tensor:
    """The elements that tensors of integers point at: x[i, :, j]. A copy. Indices broadcast together; negative ones count from the end.

    Formula:  y[j, ..] = x[i₀[j], i₁[j], ..]
    Gradient: dx = 0, then dx[i₀[j], i₁[j], ..] += dy[j, ..]
    """

def index_spread(x: _Operand, indices: Sequence[Tensor], shape: _Ints, at: builtins.int = -1) -> Tensor:
    """Zeros to which elements are added where tensors of integers point: the gradient of index. Sums are made in a fixed order.

    Formula:  y = 0, then y[i₀[j], i₁[j], ..] += x[j, ..]
    Gradient: dx[j, ..] = dy[i₀[j], i₁[j], ..]
    """

def index_put(x: _Operand, indices: Sequence[Tensor], values: _Operand, accumulate: builtins.bool = False, at: builtins.int = -1) -> Tensor:
    """A copy in which the elements that tensors of integers point at are replaced, or added to. Where several values go to one place, the last stays, or all are added in order.

    Formula:  y = x, but y[i₀[j], i₁[j], ..] = values[j, ..]  (or += with accumulate)
    Gradient: dx = dy, with 0 where values went; dvalues[j, ..] = dy[i₀[j], i₁[j], ..]
    """

def index_select(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
    """The places of one axis that an index of shape (K,) names, in its order. A copy.

    Formula:  y[.., j, ..] = x[.., index[j], ..]
    Gradient: dx = 0, then dx[.., index[j], ..] += dy[.., j, ..]
    """

def take(x: _Operand, index: _Operand) -> Tensor:
    """Elements by their number in row-major order; negative ones count from the end.

    Formula:  y[j] = x.flat[index[j]]
    Gradient: dx = 0, then dx.flat[index[j]] += dy[j]
    """

def index_add(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., source: _Operand = ..., alpha: builtins.float = 1.0, *, dim: builtins.int = ...) -> Tensor:
    """Adds slices of a tensor to the places that an index names; the order of additions is fixed.

    Formula:  y = x, then y[.., index[j], ..] += α source[.., j, ..]
    Gradient: dx = dy, dsource[.., j, ..] = α dy[.., index[j], ..]
    """

def index_copy(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., source: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
    """Puts slices of a tensor into the places that an index names.

    Formula:  y = x, but y[.., index[j], ..] = source[.., j, ..]
    Gradient: dx = dy with 0 at the places named, dsource[.., j, ..] = dy[.., index[j], ..]
    """

def index_fill(x: _Operand, axis: builtins.int = ..., index: _Operand = ..., value: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
    """Puts a number into the places that an index names.

    Formula:  y = x, but y[.., index[j], ..] = value
    Gradient: dx = dy with 0 at the places named
    """

def int8_matmul(a: _Operand, b: _Operand) -> Tensor:
    """The product of a matrix of uint8 or int8 and one of int8, exact in int32 (modulo 2³²: sums of up to 65,793 products always fit).

    Formula:  Y[i, j] = Σ_k A[i, k] B[k, j], in int32
    Gradient: none: integers
    """

def layer_norm(x: _Operand, normalized_shape: _Ints, weight: _Operand | None = None, bias: _Operand | None = None, eps: builtins.float = 1e-05) -> Tensor:
    """Every row (the axes of `normalized_shape`, the last ones of x) brought to mean 0 and variance 1, then scaled by `weight` and shifted by `bias`, if they are given.

    Formula:  y = w x̂ + b, x̂ = (x - x̄) / √(σ² + ε)  with the mean and the variance of each row
    Gradient: dx = (g - ḡ - x̂ mean(g x̂)) / √(σ² + ε) with g = w dy, dw = Σ dy x̂, db = Σ dy

    Source: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, 2016, equations 3 and 4
    """

def rms_norm(x: _Operand, normalized_shape: _Ints, weight: _Operand | None = None, eps: builtins.float = 1.1920928955078125e-07) -> Tensor:
    """Every row (the axes of `normalized_shape`, the last ones of x) brought to mean square 1, then scaled by `weight`, if it is given. The default `eps` is the rounding unit of float32.

    Formula:  y = w x̂, x̂ = x / √(mean(x²) + ε)  with the mean square of each row
    Gradient: dx = (g - x̂ mean(g x̂)) / √(mean(x²) + ε) with g = w dy, dw = Σ dy x̂

    Source: B. Zhang, R. Sennrich, Root mean square layer normalization, 2019, equation 4
    """

def lerp(a: _Operand, b: _Operand, weight: _Operand) -> Tensor:
    """The point at the fraction `weight` of the way from a to b: linear interpolation. A moving average is average.lerp_(new, 1 - decay).

    Formula:  y = a + weight (b - a)
    Gradient: da = dy (1 - weight), db = dy weight, dweight = dy (b - a)
    """

def linear(x: _Operand, weight: _Operand, bias: _Operand | None = None) -> Tensor:
    """The fully connected layer: input (.., in_features), weight (out_features, in_features), bias (out_features,), result (.., out_features).

    Formula:  Y = X Wᵀ + b
    Gradient: dX = dY W, dW = dYᵀ X, db = Σ dY over all rows

    Source: Rosenblatt 1958, The perceptron, Psychological Review 65
    """

def linear_then(x: _Operand, weight: _Operand, bias: _Operand | None = None, activation: str = "relu") -> Tensor:
    """linear_activation where both ops compute in the type of their operands.

    Formula:  Y = f(X Wᵀ + b)
    Gradient: dZ = f'(Z) dY, dX = dZ W, dW = dZᵀ X, db = Σ dZ over all rows
    """

def linear_activation(x: _Operand, weight: _Operand, bias: _Operand | None = None, activation: str = "relu") -> Tensor:
    """linear, and an elementwise op of its result by name, while that is in the cache: what the two ops give, to the last bit.

    Formula:  Y = f(X Wᵀ + b)
    Gradient: dZ = f'(Z) dY, dX = dZ W, dW = dZᵀ X, db = Σ dZ over all rows
    """

def log(x: _Operand) -> Tensor:
    """The natural logarithm: -inf at 0, NaN for negative numbers. For 1 + x with a small x, log1p(x) keeps the digits that log(1 + x) loses.

    Formula:  y = ln x
    Gradient: dx = dy / x, and 0 where dy = 0
    """

def log2(x: _Operand) -> Tensor:
    """The logarithm to base 2: of probabilities, it counts bits.

    Formula:  y = log₂ x
    Gradient: dx = dy / (x ln 2), and 0 where dy = 0
    """

def log10(x: _Operand) -> Tensor:
    """The logarithm to base 10.

    Formula:  y = log₁₀ x
    Gradient: dx = dy / (x ln 10), and 0 where dy = 0
    """

def log1p(x: _Operand) -> Tensor:
    """The logarithm of 1 + x, with all its digits near 0, where log(1 + x) has none.

    Formula:  y = ln(1 + x)
    Gradient: dx = dy / (1 + x), and 0 where dy = 0
    """

def logaddexp(a: _Operand, b: _Operand) -> Tensor:
    """The logarithm of a sum of two numbers that are given by their logarithms, as the probabilities of two exclusive events are.

    Formula:  y = ln(eᵃ + eᵇ)
    Gradient: da = dy σ(a - b), db = dy σ(b - a)
    """

def xlogy(a: _Operand, b: _Operand) -> Tensor:
    """a ln b with the convention 0 ln 0 = 0 of entropies.

    Formula:  y = a ln b, and 0 for a = 0
    Gradient: da = dy ln b, db = dy a / b; both 0 where a = b = 0 or dy = 0
    """

def logical_and(a: _Operand, b: _Operand) -> Tensor:
    """Whether both are true (not 0).

    Formula:  y = a ∧ b
    Gradient: none: the result is bool
    """

def logical_or(a: _Operand, b: _Operand) -> Tensor:
    """Whether at least one is true (not 0).

    Formula:  y = a ∨ b
    Gradient: none: the result is bool
    """

def logical_xor(a: _Operand, b: _Operand) -> Tensor:
    """Whether exactly one is true (not 0): the function that one perceptron cannot learn.

    Formula:  y = a ⊕ b
    Gradient: none: the result is bool
    """

def logical_not(x: _Operand) -> Tensor:
    """Whether an element is false (0).

    Formula:  y = ¬x
    Gradient: none: the result is bool
    """

def logsumexp(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The logarithm of the sum of exponentials, safe for elements of any size. Where every element is -inf the result is -inf, and the gradient 0.

    Formula:  y = log Σ exp(x)  over the axes
    Gradient: dx = dy exp(x - y), which is dy softmax(x)
    """

def lstm_layer(x: _Operand, weights: Sequence[Tensor], h0: _Operand | None = None, c0: _Operand | None = None, batch_sizes: _Operand | None = None, bias: builtins.bool = True, bidirectional: builtins.bool = False, batch_first: builtins.bool = True) -> _LstmLayerResult:
    """One layer of `nn.LSTM` over whole sequences: x (N, T, features), or (T, N, features) unless `batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, b_ih and b_hh (if `bias`) and w_hr (if h is projected) of each direction. Returns y, the last h and the last c.

    Formula:  (i, f, g, o) = W_ih x + b_ih + W_hh h + b_hh;  c = σ(f) c + σ(i) tanh(g),  h = σ(o) tanh(c)
    Gradient: through time: dc += dh σ(o) (1 - tanh²(c)), then the gates', then dh = W_hhᵀ d(i, f, g, o)

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory, Neural Computation 9(8); with the forget gate of Gers, Schmidhuber & Cummins 2000; projected: Sak, Senior & Beaufays 2014
    """

def nonzero(x: _Operand) -> Tensor:
    """The places of all elements that are not 0, as rows (count, ndim) of int64, in row-major order.

    Formula:  y = the places k with x[k] ≠ 0, one row each
    Gradient: none: the places are integers
    """

argwhere = nonzero

def masked_select(x: _Operand, mask: _Operand) -> Tensor:
    """The elements where a mask is True, as a vector. x and mask broadcast.

    Formula:  y = the elements x[k] with mask[k], in row-major order
    Gradient: dx[k] = the element of dy that x[k] became, 0 where the mask is False
    """

def masked_fill(x: _Operand, mask: _Operand, value: _Operand) -> Tensor:
    """A copy with a number where a mask is True: the way to hide places from attention.

    Formula:  y = value where the mask is True, x elsewhere
    Gradient: dx = dy where the mask is False, dvalue = Σ dy where it is True
    """

def one_hot(x: _Operand, num_classes: builtins.int = -1) -> Tensor:
    """Rows of zeros with a 1 at the class: (...) becomes (..., num_classes), int64. By default num_classes is the greatest class + 1.

    Formula:  y[.., c] = 1 if x[..] = c else 0
    Gradient: none: classes are integers
    """

def matrix_product(a: _Operand, b: _Operand) -> Tensor:
    """The product of two stacks of matrices: matmul for tensors of two axes or more.

    Formula:  Y = A B
    Gradient: dA = dY Bᵀ, dB = Aᵀ dY  (summed over broadcast batch axes)
    """

def matmul(a: _Operand, b: _Operand) -> Tensor:
    """The matrix product. (m, k) @ (k, n) is (m, n); leading axes are a stack and broadcast; a vector on the left is a row, on the right a column, and vanishes from the result.

    Formula:  Y[.., i, j] = Σ_k A[.., i, k] B[.., k, j]
    Gradient: dA = dY Bᵀ, dB = Aᵀ dY  (summed over broadcast batch axes)
    """

def mm(a: _Operand, b: _Operand) -> Tensor:
    """matmul for two matrices.

    Formula:  Y = A B
    Gradient: dA = dY Bᵀ, dB = Aᵀ dY
    """

def bmm(a: _Operand, b: _Operand) -> Tensor:
    """matmul for two stacks of equally many matrices.

    Formula:  Y_b = A_b B_b
    Gradient: dA_b = dY_b B_bᵀ, dB_b = A_bᵀ dY_b
    """

def mv(a: _Operand, b: _Operand) -> Tensor:
    """matmul for a matrix and a vector.

    Formula:  y = A b
    Gradient: dA = dy bᵀ, db = Aᵀ dy
    """

def dot(a: _Operand, b: _Operand) -> Tensor:
    """The scalar product of two vectors.

    Formula:  y = Σ_k a_k b_k
    Gradient: da = dy b, db = dy a
    """

def outer(a: _Operand, b: _Operand) -> Tensor:
    """All products of an element of a and one of b.

    Formula:  Y[i, j] = a_i b_j
    Gradient: da = dY b, db = dYᵀ a
    """

def addmm(x: _Operand, a: _Operand, b: _Operand, beta: builtins.float = 1.0, alpha: builtins.float = 1.0) -> Tensor:
    """A matrix plus a matrix product.

    Formula:  Y = beta X + alpha A B
    Gradient: dX = beta dY, dA = alpha dY Bᵀ, dB = alpha Aᵀ dY
    """

def max_pool1d(x: _Operand, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), dilation: _Ints = (1,), ceil_mode: builtins.bool = False) -> Tensor:
    """The largest element of each window along the last axis.

    Formula:  y[i] = max over b of x[i stride + b dilation - padding]
    Gradient: dy[i] goes to the element that was the largest of window i: the first of several
    """

def max_pool2d(x: _Operand, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), dilation: _Ints = (1,), ceil_mode: builtins.bool = False) -> Tensor:
    """The largest element of each window over the last two axes.

    Formula:  y[i] = max over b of x[i stride + b dilation - padding]
    Gradient: dy[i] goes to the element that was the largest of window i: the first of several

    Source: Weng, Ahuja & Huang 1992, Cresceptron; Riesenhuber & Poggio 1999
    """

def max_pool1d_with_indices(x: _Operand, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), dilation: _Ints = (1,), ceil_mode: builtins.bool = False) -> _MaxPool1dWithIndicesResult:
    """The largest element of each window along the last axis, and where it lies.

    Formula:  y[i] = max over b of x[i stride + b dilation - padding]
    Gradient: dy[i] goes to the element that was the largest of window i: the first of several
    """

def max_pool2d_with_indices(x: _Operand, kernel_size: _Ints, stride: _Ints | None = None, padding: _Ints = (0,), dilation: _Ints = (1,), ceil_mode: builtins.bool = False) -> _MaxPool2dWithIndicesResult:
    """The largest element of each window over the last two axes, and where it lies in its plane: row times width plus column.

    Formula:  y[i] = max over b of x[i stride + b dilation - padding]
    Gradient: dy[i] goes to the element that was the largest of window i: the first of several
    """

def mean(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, dtype: _DType | None = None, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The mean of all elements, or along `axis` (an integer or several). The mean of nothing is NaN. Integers have to be made floats first, by `x.float()` or `dtype=float32`.

    Formula:  y = 1/n Σ x  over the axes, n elements
    Gradient: dx = dy / n
    """

def replace_nonfinite(x: _Operand, nan: builtins.float, posinf: builtins.float, neginf: builtins.float) -> Tensor:
    """nan_to_num with every number given.

    Formula:  y = nan, posinf, neginf in the place of NaN, ∞, -∞; else x
    Gradient: dx = dy where x is finite, else 0
    """

def nan_to_num(x: _Operand, nan: builtins.float = 0.0, posinf: _Operand | None = None, neginf: _Operand | None = None) -> Tensor:
    """x with numbers in the place of NaN and the infinities: by default 0, and the largest numbers of x's type. It hides what made them; find that first.

    Formula:  y = nan, posinf, neginf in the place of NaN, ∞, -∞; else x
    Gradient: dx = dy where x is finite, else 0
    """

def norm(x: _Operand, p: builtins.float = 2.0, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The norm of all elements as one vector, or along `axis` (an integer or several). The gradient at the origin, where a norm has a kink, is 0.

    Formula:  y = ‖x‖ₚ = (Σ |x|ᵖ)^(1/p); p = ∞: max |x|, p = -∞: min |x|, p = 0: how many differ from 0
    Gradient: dx = dy sign(x) (|x| / y)ᵖ⁻¹, and 0 where x or y is 0; p = ±∞: shared among ties
    """

def normalize(x: _Operand, p: builtins.float = 2.0, axis: _Ints = 1, eps: builtins.float = 1e-12, *, dim: _Ints = ...) -> Tensor:
    """Vectors along `axis` scaled to length 1. One shorter than `eps` is divided by `eps` instead.

    Formula:  y = x / max(‖x‖ₚ, ε)
    Gradient: through norm and the division
    """

def constant_pad(x: _Operand, pad: _Ints, value: builtins.float = 0.0) -> Tensor:
    """A tensor with a constant around it. Negative widths cut off instead.

    Formula:  y[left + i] = x[i], and `value` around it
    Gradient: dx[i] = dy[left + i]
    """

def pad(x: _Operand, pad: _Ints, mode: str = "constant", value: builtins.float = 0.0) -> Tensor:
    """Room around a tensor: `pad` holds (left, right) of the last axis, then of the one before it, and so on.

    Formula:  y[left + i] = x[i], with the mode's values around it
    Gradient: dx[i] = the sum of dy over all places that x[i] went to
    """

def permute(x: _Operand, *axes: _Ints) -> Tensor:
    """The axes in the order given. A view: no element moves.

    Formula:  y[i_a, i_b, ...] = x[i_0, i_1, ...] with (a, b, ...) = axes
    Gradient: dx = dy with the axes in the old order
    """

def transpose(x: _Operand, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Exchanges two axes. A view: no element moves.

    Formula:  y[.., j, .., i, ..] = x[.., i, .., j, ..]
    Gradient: dx = dy with the two axes exchanged
    """

swapaxes = transpose

def t(x: _Operand) -> Tensor:
    """The transpose of a matrix; a vector stays as it is.

    Formula:  y[j, i] = x[i, j]
    Gradient: dx = dyᵀ
    """

def movedim(x: _Operand, source: _Ints, destination: _Ints) -> Tensor:
    """Moves axes to other places; the others keep their order.

    Formula:  axis source of x is axis destination of y; the others keep their order
    Gradient: dx = dy with the axes moved back
    """

moveaxis = movedim

def squared_error(a: _Operand, b: _Operand) -> Tensor:
    """The square of the difference.

    Formula:  y = (a - b)²
    Gradient: da = 2 dy (a - b) = -db
    """

def absolute_error(a: _Operand, b: _Operand) -> Tensor:
    """The size of the difference.

    Formula:  y = |a - b|
    Gradient: da = dy sign(a - b) = -db
    """

def huber_error(a: _Operand, b: _Operand, delta: builtins.float) -> Tensor:
    """Squared for small differences, linear for large ones.

    Formula:  y = ½ d² if |d| < δ, else δ (|d| - ½ δ),  d = a - b
    Gradient: da = dy clip(a - b, -δ, δ) = -db
    """

def binary_cross_entropy_each(a: _Operand, b: _Operand) -> Tensor:
    """The cross-entropy of a coin with probability a against one with probability b.

    Formula:  y = -b ln a - (1 - b) ln(1 - a),  logarithms no less than -100
    Gradient: da = dy (a - b) / (a (1 - a)),  db = dy (ln(1 - a) - ln a)
    """

def bce_with_logits_each(x: _Operand, target: _Operand, pos_weight: _Operand) -> Tensor:
    """The cross-entropy of σ(x) against a target probability, safe for x of any size.

    Formula:  y = (1 - t) x + (1 + (w - 1) t) ln(1 + e⁻ˣ)
    Gradient: dx = dy ((1 - t) - (1 + (w - 1) t) σ(-x))
    """

def mse_loss(input: _Operand, target: _Operand, reduction: str = "mean") -> Tensor:
    """The mean squared error. Shapes must be equal: nothing is broadcast.

    Formula:  y = mean (input - target)²
    Gradient: dinput = 2 dy (input - target) / n
    """

def l1_loss(input: _Operand, target: _Operand, reduction: str = "mean") -> Tensor:
    """The mean absolute error. Shapes must be equal: nothing is broadcast.

    Formula:  y = mean |input - target|
    Gradient: dinput = dy sign(input - target) / n
    """

def huber_loss(input: _Operand, target: _Operand, reduction: str = "mean", delta: builtins.float = 1.0) -> Tensor:
    """Squared for small errors, linear for large ones, so that outliers do not rule.

    Formula:  y = mean of ½ d² if |d| < δ, else δ (|d| - ½ δ),  d = input - target
    Gradient: dinput = dy clip(d, -δ, δ) / n

    Source: Huber 1964, Robust estimation of a location parameter
    """

def smooth_l1_loss(input: _Operand, target: _Operand, reduction: str = "mean", beta: builtins.float = 1.0) -> Tensor:
    """Huber's loss divided by beta; with beta=0 the mean absolute error.

    Formula:  y = mean of ½ d² / β if |d| < β, else |d| - ½ β,  d = input - target
    Gradient: dinput = dy clip(d / β, -1, 1) / n

    Source: Girshick 2015, Fast R-CNN, eq. 3
    """

def binary_cross_entropy(input: _Operand, target: _Operand, weight: _Operand | None = None, reduction: str = "mean") -> Tensor:
    """The cross-entropy of predicted probabilities against targets in [0, 1]. From scores, use binary_cross_entropy_with_logits: it is exact where a probability rounds to 0 or 1.

    Formula:  y = mean of w (-t ln p - (1 - t) ln(1 - p)),  logarithms no less than -100
    Gradient: dp = dy w (p - t) / (p (1 - p)) / n
    """

def binary_cross_entropy_with_logits(input: _Operand, target: _Operand, weight: _Operand | None = None, reduction: str = "mean", pos_weight: _Operand | None = None) -> Tensor:
    """The cross-entropy of σ(input) against targets in [0, 1], safe for scores of any size. pos_weight weighs the positive share, to balance rare positives.

    Formula:  y = mean of w ((1 - t) x + (1 + (w₊ - 1) t) ln(1 + e⁻ˣ))
    Gradient: dx = dy w ((1 - t) - (1 + (w₊ - 1) t) σ(-x)) / n
    """

def power_of_tensors(a: _Operand, b: _Operand) -> Tensor:
    """pow without its shortcuts.

    Formula:  y = aᵇ
    Gradient: da = dy b aᵇ⁻¹, db = dy y ln a
    """

def cube(x: _Operand) -> Tensor:
    """The third power; pow(x, 3) comes here.

    Formula:  y = x³
    Gradient: dx = 3 dy x²
    """

def pow(a: _Operand, b: _Operand) -> Tensor:
    """a to the power of b. A negative base takes whole exponents only (else NaN); 0⁰ is 1; integers take exponents ≥ 0.

    Formula:  y = aᵇ
    Gradient: da = dy b aᵇ⁻¹, db = dy y ln a; 0 where dy = 0, da = 0 where b = 0, db = 0 where a = 0 and b ≥ 0
    """

power = pow

def isnan(x: _Operand) -> Tensor:
    """Whether an element is NaN: not a number, as 0 / 0 is.

    Formula:  y = (x ≠ x)
    Gradient: none: the result is bool
    """

def isinf(x: _Operand) -> Tensor:
    """Whether an element is infinite, with either sign.

    Formula:  y = (|x| = ∞)
    Gradient: none: the result is bool
    """

def isfinite(x: _Operand) -> Tensor:
    """Whether an element is a number proper: neither NaN nor infinite.

    Formula:  y = (|x| < ∞)
    Gradient: none: the result is bool
    """

def isclose_floats(a: _Operand, b: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08, equal_nan: builtins.float = False) -> Tensor:
    """isclose for floating-point tensors.

    Formula:  y = |a - b| ≤ atol + rtol |b|
    Gradient: none: the result is bool
    """

def isclose(a: _Operand, b: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08, equal_nan: builtins.bool = False) -> Tensor:
    """Whether two elements are equal up to a tolerance, absolute near 0 and relative elsewhere. Infinities are close to themselves only; NaN to NaN if equal_nan.

    Formula:  y = |a - b| ≤ atol + rtol |b|
    Gradient: none: the result is bool
    """

def prod(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, dtype: _DType | None = None, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The product of all elements, or along `axis` (an integer or several). bool and integers multiply as int64, which wraps on overflow. The product of nothing is 1.

    Formula:  y = Π x  over the axes
    Gradient: dxᵢ = dy Πⱼ xⱼ over j ≠ i, right where an x is 0 too
    """

def uniform(size: _Ints, low: builtins.float = 0.0, high: builtins.float = 1.0, dtype: _DType | None = None) -> Tensor:
    """Numbers spread evenly over [low, high).

    Formula:  y ~ U[low, high)
    Gradient: none: the numbers depend on no tensor
    """

def normal(size: _Ints, mean: builtins.float = 0.0, std: builtins.float = 1.0, dtype: _DType | None = None) -> Tensor:
    """Normally distributed numbers.

    Formula:  y ~ N(mean, std²)
    Gradient: none: the numbers depend on no tensor

    Source: Box & Muller 1958, A note on the generation of random normal deviates
    """

def rand(size: _Ints, dtype: _DType | None = None) -> Tensor:
    """Numbers spread evenly over [0, 1).

    Formula:  y ~ U[0, 1)
    Gradient: none: the numbers depend on no tensor
    """

def randn(size: _Ints, dtype: _DType | None = None) -> Tensor:
    """Numbers with the standard normal distribution.

    Formula:  y ~ N(0, 1)
    Gradient: none: the numbers depend on no tensor
    """

def randint(low: builtins.int, high: builtins.int, size: _Ints) -> Tensor:
    """Random integers (int64), low included, high excluded.

    Formula:  y ~ U{low, ..., high - 1}
    Gradient: none: integers
    """

def randperm(n: builtins.int) -> Tensor:
    """The numbers 0 to n - 1 (int64) in random order.

    Formula:  y = a random order of 0, ..., n - 1
    Gradient: none: integers
    """

def bernoulli(p: _Operand) -> Tensor:
    """A coin toss for every element: 1 with probability p, else 0. ValueError outside [0, 1].

    Formula:  P(y = 1) = p, P(y = 0) = 1 - p
    Gradient: none: a draw has no slope
    """

def relu(x: _Operand) -> Tensor:
    """The rectified linear unit: negative numbers become 0. NaN stays NaN. The gradient at 0 is 0.

    Formula:  y = max(x, 0)
    Gradient: dx = dy where y > 0, else 0

    Source: Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines, ICML
    """

def relu_gradient(y: _Operand, dy: _Operand) -> Tensor:
    """What the gradient of a relu whose output was `y` lets through.

    Formula:  z = dy where y > 0, else 0
    Gradient: ddy = dz where y > 0, else 0; dy = 0
    """

def relu6(x: _Operand) -> Tensor:
    """A relu that stops at 6, so that its outputs suit few bits.

    Formula:  y = min(max(x, 0), 6)
    Gradient: dx = dy where 0 < x < 6, else 0

    Source: Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10
    """

def leaky_relu(x: _Operand, negative_slope: builtins.float = 0.01) -> Tensor:
    """A relu with a gentle slope below 0, so that no unit dies: the gradient is never 0.

    Formula:  y = x for x > 0, else negative_slope · x
    Gradient: dx = dy for x > 0, else negative_slope · dy

    Source: Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic models, ICML
    """

def prelu_of_tensors(x: _Operand, weight: _Operand) -> Tensor:
    """prelu with a weight that broadcasts as it stands.

    Formula:  y = x for x > 0, else weight · x
    Gradient: dx = dy for x > 0, else weight · dy; dweight = dy x where x ≤ 0, summed
    """

def threshold(x: _Operand, threshold: builtins.float, value: builtins.float) -> Tensor:
    """Every element that does not exceed the threshold, replaced by one value.

    Formula:  y = x for x > threshold, else value
    Gradient: dx = dy where x > threshold, else 0
    """

def prelu(x: _Operand, weight: _Operand) -> Tensor:
    """A leaky relu whose slope below 0 is learned.

    Formula:  y = x for x > 0, else weight · x, with one weight for all or one a channel (axis 1)
    Gradient: dx = dy for x > 0, else weight · dy; dweight = dy x where x ≤ 0, summed

    Source: He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852
    """

def tile(x: _Operand, *dims: _Ints) -> Tensor:
    """Copies of the tensor side by side; missing leading counts are 1, as in NumPy.

    Formula:  y[i] = x[i mod n]
    Gradient: dx = dy, summed over the copies
    """

def repeat(x: _Operand, *repeats: _Ints) -> Tensor:
    """Copies of the tensor side by side, with a count for every axis (torch's repeat, NumPy's tile).

    Formula:  y[i] = x[i mod n]
    Gradient: dx = dy, summed over the copies
    """

def repeat_interleave(x: _Operand, repeats: _Operand, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
    """Every element several times in a row, along an axis or of the flattened tensor. NumPy's repeat.

    Formula:  y[k] = x[i], every i in a row repeats[i] times
    Gradient: dx[i] = Σ dy[k] over the copies k of x[i]
    """

def roll(x: _Operand, shifts: _Ints, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
    """The elements shifted along axes; what leaves one end comes in at the other.

    Formula:  y[i] = x[(i - shift) mod n]
    Gradient: dx[i] = dy[(i + shift) mod n]
    """

def resample(x: _Operand, size: _Ints, mode: str = "bilinear", align_corners: builtins.bool = False, antialias: builtins.bool = False, scale_h: builtins.float = 0.0, scale_w: builtins.float = 0.0) -> Tensor:
    """Images or sequences of another size.

    Formula:  y = A x Bᵀ, where rows of A and B weigh the neighbours of a place
    Gradient: dx = Aᵀ dy B

    Source: Keys 1981, Cubic convolution interpolation for digital image processing, equation 15
    """

def resample_back(x: _Operand, shape: _Ints, size: _Ints, mode: str = "bilinear", align_corners: builtins.bool = False, antialias: builtins.bool = False, scale_h: builtins.float = 0.0, scale_w: builtins.float = 0.0) -> Tensor:
    """The adjoint of resample: what each element of an input of this shape gets back.

    Formula:  y = Aᵀ x B with the matrices of resample
    Gradient: dx = A dy Bᵀ
    """

def reshape(x: _Operand, *shape: _Ints) -> Tensor:
    """The same elements under another shape; one size may be -1. A view wherever the strides allow it, else a copy.

    Formula:  y holds the elements of x in row-major order
    Gradient: dx = dy in the shape of x
    """

def view(x: _Operand, *shape: _Ints) -> Tensor:
    """As reshape, but never a copy: an error where the memory does not allow it.

    Formula:  y holds the elements of x in row-major order
    Gradient: dx = dy in the shape of x
    """

def flatten(x: _Operand, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
    """Merges neighbouring axes into one: (N, C, H, W) with start_dim 1 becomes (N, C·H·W).

    Formula:  y holds the elements of x in row-major order, the axes start_dim .. end_dim as one
    Gradient: dx = dy in the shape of x
    """

def ravel(x: _Operand) -> Tensor:
    """All elements in one axis: flatten().

    Formula:  y holds the elements of x in row-major order, in one axis
    Gradient: dx = dy in the shape of x
    """

def unflatten(x: _Operand, axis: builtins.int = ..., sizes: _Ints = ..., *, dim: builtins.int = ...) -> Tensor:
    """Splits one axis into several: the reverse of flatten.

    Formula:  y holds the elements of x in row-major order, one axis as several
    Gradient: dx = dy in the shape of x
    """

def squeeze(x: _Operand, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
    """Drops axes of size 1: all of them, or those named (a named axis of another size stays).

    Formula:  y holds the elements of x without axes of size 1
    Gradient: dx = dy in the shape of x
    """

def unsqueeze(x: _Operand, axis: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
    """Inserts an axis of size 1 at `axis`: (N,) with axis 1 becomes (N, 1).

    Formula:  y holds the elements of x with a new axis of size 1
    Gradient: dx = dy in the shape of x
    """

def rnn_tanh_layer(x: _Operand, weights: Sequence[Tensor], h0: _Operand | None = None, batch_sizes: _Operand | None = None, bias: builtins.bool = True, bidirectional: builtins.bool = False, batch_first: builtins.bool = True) -> _RnnTanhLayerResult:
    """One layer of `nn.RNN` over whole sequences: x (N, T, features), or (T, N, features) unless `batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, and b_ih and b_hh (if `bias`) of each direction. Returns y and the last h.

    Formula:  h = tanh(W_ih x + b_ih + W_hh h + b_hh)
    Gradient: through time: da = dh (1 - h²), dh = W_hhᵀ da

    Source: Elman 1990, Finding structure in time, Cognitive Science 14(2)
    """

def rnn_relu_layer(x: _Operand, weights: Sequence[Tensor], h0: _Operand | None = None, batch_sizes: _Operand | None = None, bias: builtins.bool = True, bidirectional: builtins.bool = False, batch_first: builtins.bool = True) -> _RnnReluLayerResult:
    """One layer of `nn.RNN` over whole sequences: x (N, T, features), or (T, N, features) unless `batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, and b_ih and b_hh (if `bias`) of each direction. Returns y and the last h.

    Formula:  h = max(0, W_ih x + b_ih + W_hh h + b_hh)
    Gradient: through time: da = dh [h > 0], dh = W_hhᵀ da

    Source: Elman 1990, Finding structure in time, Cognitive Science 14(2)
    """

def square(x: _Operand) -> Tensor:
    """The square of every element.

    Formula:  y = x²
    Gradient: dx = 2 dy x
    """

def sqrt(x: _Operand) -> Tensor:
    """The square root; NaN for negative numbers. Its slope at 0 is infinite; where dy = 0 the gradient is 0 all the same, so that where(x > 0, sqrt(x), 0) has a gradient without NaN.

    Formula:  y = √x
    Gradient: dx = dy / (2 y), and 0 where dy = 0
    """

def rsqrt(x: _Operand) -> Tensor:
    """One over the square root; inf at 0, NaN for negative numbers.

    Formula:  y = 1 / √x
    Gradient: dx = -½ dy y³, and 0 where dy = 0
    """

def reciprocal(x: _Operand) -> Tensor:
    """One over every element.

    Formula:  y = 1 / x
    Gradient: dx = -dy y², and 0 where dy = 0
    """

def hypot(a: _Operand, b: _Operand) -> Tensor:
    """The length of the hypotenuse of a right triangle with legs a and b, without overflow.

    Formula:  y = √(a² + b²)
    Gradient: da = dy a / y, db = dy b / y, and 0 where dy or y is 0
    """

def floor(x: _Operand) -> Tensor:
    """The largest whole number not above x.

    Formula:  y = ⌊x⌋
    Gradient: dx = 0: constant between its jumps
    """

def ceil(x: _Operand) -> Tensor:
    """The smallest whole number not below x.

    Formula:  y = ⌈x⌉
    Gradient: dx = 0: constant between its jumps
    """

def trunc(x: _Operand) -> Tensor:
    """The whole part of x: rounded toward 0.

    Formula:  y = sign(x) ⌊|x|⌋
    Gradient: dx = 0: constant between its jumps
    """

fix = trunc

def round_whole(x: _Operand) -> Tensor:
    """round without decimals.

    Formula:  y = the whole number nearest to x
    Gradient: dx = 0: constant between its jumps
    """

def round_scaled(x: _Operand, scale: builtins.float, unit: builtins.float) -> Tensor:
    """round to decimals: one of scale and unit is a power of 10, the other 1.

    Formula:  y = round(x scale / unit) unit / scale
    Gradient: dx = 0: constant between its jumps
    """

def round(x: _Operand, decimals: builtins.int = 0) -> Tensor:
    """The nearest whole number, or number with so many decimals; halves go to the even neighbour, as in NumPy and IEEE 754.

    Formula:  y = the multiple of 10⁻ᵈ nearest to x, d = decimals
    Gradient: dx = 0: constant between its jumps
    """

def frac(x: _Operand) -> Tensor:
    """The part of x behind the point, with the sign of x.

    Formula:  y = x - trunc(x)
    Gradient: dx = dy
    """

def hardshrink(x: _Operand, lambd: builtins.float = 0.5) -> Tensor:
    """Small numbers become 0, the others stay.

    Formula:  y = x where |x| > λ, else 0
    Gradient: dx = dy where |x| > λ, else 0
    """

def softshrink(x: _Operand, lambd: builtins.float = 0.5) -> Tensor:
    """Every number comes λ nearer to 0: the step of the lasso (soft thresholding).

    Formula:  y = sign(x) max(|x| - λ, 0)
    Gradient: dx = dy where |x| > λ, else 0
    """

def tanhshrink(x: _Operand) -> Tensor:
    """What tanh takes away.

    Formula:  y = x - tanh x
    Gradient: dx = dy tanh² x
    """

def sigmoid(x: _Operand) -> Tensor:
    """The logistic function: a score to a probability in (0, 1). Its slope is at most ¼, so gradients shrink through a stack of sigmoids.

    Formula:  y = σ(x) = 1 / (1 + e⁻ˣ)
    Gradient: dx = dy y (1 - y)
    """

def logsigmoid(x: _Operand) -> Tensor:
    """The logarithm of the sigmoid, without its overflow: log(sigmoid(-1000)) is -inf, this is -1000.

    Formula:  y = ln σ(x) = -ln(1 + e⁻ˣ)
    Gradient: dx = dy σ(-x)
    """

def hardsigmoid(x: _Operand) -> Tensor:
    """Three straight lines in the place of the sigmoid, for machines without a fast exp.

    Formula:  y = min(max(x + 3, 0), 6) / 6
    Gradient: dx = dy / 6 for -3 < x < 3, else 0

    Source: Courbariaux, Bengio & David 2015, arXiv:1511.00363; in this form Howard et al. 2019, arXiv:1905.02244
    """

def silu(x: _Operand) -> Tensor:
    """x weighed by its own sigmoid: a smooth relu that dips a little below 0.

    Formula:  y = x σ(x)
    Gradient: dx = dy (σ(x) + x σ(x) σ(-x))

    Source: Elfwing, Uchibe & Doya 2017, arXiv:1702.03118; as swish Ramachandran, Zoph & Le 2017, arXiv:1710.05941
    """

swish = silu

def mish(x: _Operand) -> Tensor:
    """x weighed by the tanh of its softplus: close to silu.

    Formula:  y = x tanh(ln(1 + eˣ))
    Gradient: dx = dy (t + x (1 - t²) σ(x)),  t = tanh(ln(1 + eˣ))

    Source: Misra 2019, arXiv:1908.08681
    """

def hardswish(x: _Operand) -> Tensor:
    """silu in straight lines, for machines without a fast exp.

    Formula:  y = x min(max(x + 3, 0), 6) / 6
    Gradient: dx = 0 for x < -3; dy (x / 3 + ½) for x < 3; else dy

    Source: Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, eq. 5.2
    """

def narrow(x: _Operand, axis: builtins.int = ..., start: builtins.int = ..., length: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
    """`length` places along an axis, from `start`. A view.

    Formula:  y[.., k, ..] = x[.., start + k, ..]
    Gradient: dx = 0, but dx[.., start + k, ..] = dy[.., k, ..]
    """

def select(x: _Operand, axis: builtins.int = ..., index: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
    """One place along an axis, without that axis. A view.

    Formula:  y[.., ..] = x[.., index, ..]
    Gradient: dx = 0, but dx[.., index, ..] = dy
    """

def slice_axis(x: _Operand, axis: builtins.int = ..., start: builtins.int = ..., stop: builtins.int = ..., step: builtins.int = 1, *, dim: builtins.int = ...) -> Tensor:
    """x[start:stop:step] along one axis. A view; a negative step walks backwards.

    Formula:  y[.., k, ..] = x[.., start + step k, ..]
    Gradient: dx = 0, but dx[.., start + step k, ..] = dy[.., k, ..]
    """

def unfold(x: _Operand, axis: builtins.int = ..., size: builtins.int = ..., step: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
    """Sliding windows along an axis; the places within a window become the last axis. A view: windows overlap.

    Formula:  y[.., w, .., k] = x[.., step w + k, ..]
    Gradient: dx[.., i, ..] = Σ dy[.., w, .., k] over all step w + k = i
    """

def flip(x: _Operand, *axis: _Ints) -> Tensor:
    """The elements in reverse order along the axes named. A copy.

    Formula:  y[.., k, ..] = x[.., n - 1 - k, ..]
    Gradient: dx = flip(dy, axis)
    """

def softmax(x: _Operand, axis: builtins.int = -1, dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
    """Scores as probabilities: positive, and 1 in sum along the axis. Scores of any size are safe. -inf means impossible; a row of nothing but -inf, which admits no distribution, becomes zeros.

    Formula:  yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)  along the axis
    Gradient: dxᵢ = yᵢ (dyᵢ - Σⱼ dyⱼ yⱼ)

    Source: J. S. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990
    """

def log_softmax(x: _Operand, axis: builtins.int = -1, dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
    """The logarithm of softmax, exact where the probability itself would be rounded to 0 or 1. A row of nothing but -inf stays -inf.

    Formula:  yᵢ = xᵢ - log Σⱼ exp(xⱼ)  along the axis
    Gradient: dxᵢ = dyᵢ - exp(yᵢ) Σⱼ dyⱼ
    """

def softmin(x: _Operand, axis: builtins.int = -1, *, dim: builtins.int = ...) -> Tensor:
    """Softmax of -x: the smallest score gets the largest probability.

    Formula:  yᵢ = exp(-xᵢ) / Σⱼ exp(-xⱼ)  along the axis
    Gradient: through softmax(-x)
    """

def softplus(x: _Operand, beta: builtins.float = 1.0, threshold: builtins.float = 20.0) -> Tensor:
    """A smooth relu, positive everywhere: the usual way to make a variance. Larger β bends more sharply.

    Formula:  y = ln(1 + e^{βx}) / β;  x where βx > threshold
    Gradient: dx = dy σ(βx);  dy where βx > threshold

    Source: Dugas et al. 2001, Incorporating second-order functional knowledge, NIPS
    """

def softsign(x: _Operand) -> Tensor:
    """A squashing function like tanh that approaches ±1 slowly, as 1 / |x|.

    Formula:  y = x / (1 + |x|)
    Gradient: dx = dy / (1 + |x|)²

    Source: Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks
    """

def sort(x: _Operand, axis: builtins.int = -1, descending: builtins.bool = False, stable: builtins.bool = False, *, dim: builtins.int = ...) -> _SortResult:
    """The elements along an axis from the smallest to the largest (or, `descending`, the other way), and the indices where they stood. Equal elements keep their order, with `stable` or without. NaN counts as the largest.

    Formula:  values₀ ≤ values₁ ≤ ..., values = x[indices]  along the axis
    Gradient: dx[indices] = dy
    """

def argsort(x: _Operand, axis: builtins.int = -1, descending: builtins.bool = False, stable: builtins.bool = False, *, dim: builtins.int = ...) -> Tensor:
    """The indices that sort an axis. Equal elements keep their order. NaN counts as the largest.

    Formula:  x[y₀] ≤ x[y₁] ≤ ...  along the axis
    Gradient: none: the result is an index
    """

def topk(x: _Operand, k: builtins.int, axis: builtins.int = -1, largest: builtins.bool = True, sorted: builtins.bool = True, *, dim: builtins.int = ...) -> _TopkResult:
    """The k largest elements along an axis (or smallest, with `largest=False`) in order, and where they stand. Of equal ones the first come first. NaN counts as the largest. With `sorted=False` their order is left open, which saves time for a large k.

    Formula:  values = the k largest x, indices = where they stand  along the axis
    Gradient: dx[indices] = dy, 0 elsewhere
    """

def split(x: _Operand, split_size_or_sections: _Ints, axis: builtins.int = 0, *, dim: builtins.int = ...) -> tuple[Tensor, ...]:
    """Pieces of one size (the last may be shorter), or of the sizes listed. Views.

    Formula:  yₖ = the k-th piece of x along the axis
    Gradient: dx = [dy₀, dy₁, ...] along the axis
    """

def chunk(x: _Operand, chunks: builtins.int, axis: builtins.int = 0, *, dim: builtins.int = ...) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size; the last may be shorter. Views.

    Formula:  yₖ = the k-th of `chunks` pieces of x along the axis
    Gradient: dx = [dy₀, dy₁, ...] along the axis
    """

def unbind(x: _Operand, axis: builtins.int = 0, *, dim: builtins.int = ...) -> tuple[Tensor, ...]:
    """The slices along an axis, without that axis. Views.

    Formula:  yₖ = x[k]
    Gradient: dx = [dy₀, dy₁, ...] along a new axis
    """

def sum(x: _Operand, axis: _Ints | None = None, keepdim: builtins.bool = False, dtype: _DType | None = None, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The sum of all elements, or along `axis` (an integer or several). bool and integers add up as int64. float32 is totalled in float64, in an order that does not depend on the number of threads.

    Formula:  y = Σ x  over the axes
    Gradient: dx = dy, the same for every element that was summed
    """

def sum_to(x: _Operand, shape: _Ints) -> Tensor:
    """The inverse of broadcasting: sums x to `shape`, which broadcasts to x's own.

    Formula:  y = Σ x  over the axes that broadcasting to x's shape added or stretched
    Gradient: dx = dy, broadcast
    """

def tril(x: _Operand, diagonal: builtins.int = 0) -> Tensor:
    """The lower triangle of every matrix; zeros above it.

    Formula:  y[i, j] = x[i, j] if j - i <= diagonal else 0
    Gradient: dx = tril(dy, diagonal)
    """

def triu(x: _Operand, diagonal: builtins.int = 0) -> Tensor:
    """The upper triangle of every matrix; zeros below it.

    Formula:  y[i, j] = x[i, j] if j - i >= diagonal else 0
    Gradient: dx = triu(dy, diagonal)
    """

def sin(x: _Operand) -> Tensor:
    """The sine of an angle in radians.

    Formula:  y = sin x
    Gradient: dx = dy cos x
    """

def cos(x: _Operand) -> Tensor:
    """The cosine of an angle in radians.

    Formula:  y = cos x
    Gradient: dx = -dy sin x
    """

def tan(x: _Operand) -> Tensor:
    """The tangent of an angle in radians.

    Formula:  y = tan x
    Gradient: dx = dy (1 + y²)
    """

def asin(x: _Operand) -> Tensor:
    """The angle in [-π/2, π/2] whose sine is x; NaN outside [-1, 1].

    Formula:  y = arcsin x
    Gradient: dx = dy / √(1 - x²), and 0 where dy = 0
    """

arcsin = asin

def acos(x: _Operand) -> Tensor:
    """The angle in [0, π] whose cosine is x; NaN outside [-1, 1].

    Formula:  y = arccos x
    Gradient: dx = -dy / √(1 - x²), and 0 where dy = 0
    """

arccos = acos

def atan(x: _Operand) -> Tensor:
    """The angle in [-π/2, π/2] whose tangent is x.

    Formula:  y = arctan x
    Gradient: dx = dy / (1 + x²)
    """

arctan = atan

def atan2(a: _Operand, b: _Operand) -> Tensor:
    """The angle in [-π, π] of the point with ordinate a and abscissa b: arctan(a / b) that knows the quadrant.

    Formula:  y = the angle from the b axis to the point (b, a)
    Gradient: da = dy b / (a² + b²), db = -dy a / (a² + b²), and 0 where dy = 0 or a = b = 0
    """

arctan2 = atan2

def im2col(x: _Operand, kernel_size: _Ints, dilation: _Ints = 1, padding: _Ints = 0, stride: _Ints = 1) -> Tensor:
    """The patches of an image as columns: x (N, C, H, W) or (C, H, W), result (N, C KH KW, L) for L places of the kernel.

    Formula:  y[n, (c, k, l), (i, j)] = x[n, c, i stride + k dilation − padding, j stride + l dilation − padding]
    Gradient: dx = col2im(dy): the sum of the places that an element went to
    """

def col2im(x: _Operand, output_size: _Ints, kernel_size: _Ints, dilation: _Ints = 1, padding: _Ints = 0, stride: _Ints = 1) -> Tensor:
    """The sum of patches, each added in its place: x (N, C KH KW, L) or (C KH KW, L), result (N, C, H, W) with (H, W) = `output_size`. Where patches overlap, they add up.

    Formula:  y[n, c, q] = Σ_kp x[n, (c, k), p] over p stride + k dilation − padding = q
    Gradient: dx = im2col(dy)
    """

def var(x: _Operand, axis: _Ints | None = None, correction: builtins.float = 1.0, keepdim: builtins.bool = False, unbiased: builtins.bool = True, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The variance of all elements, or along `axis`. `correction=1` estimates the variance of the population from a sample (Bessel); `correction=0`, or `unbiased=False`, is the sample's own, as NumPy's default. With no more than `correction` elements it is NaN.

    Formula:  y = 1/(n - correction) Σ (x - x̄)²  over the axes, n elements
    Gradient: dx = 2 dy (x - x̄) / (n - correction)
    """

def std(x: _Operand, axis: _Ints | None = None, correction: builtins.float = 1.0, keepdim: builtins.bool = False, unbiased: builtins.bool = True, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
    """The standard deviation of all elements, or along `axis`: the square root of var, with the same `correction`.

    Formula:  y = √(1/(n - correction) Σ (x - x̄)²)  over the axes, n elements
    Gradient: dx = dy (x - x̄) / ((n - correction) y), and 0 where y = 0
    """

def where(condition: _Operand, a: _Operand, b: _Operand) -> Tensor:
    """a where the condition holds, b elsewhere. The gradient goes to the one that was taken; pynn's formulas keep a gradient of 0 at 0, so the branch that was not taken cannot turn it into NaN.

    Formula:  y = condition ? a : b
    Gradient: da = condition ? dy : 0, db = condition ? 0 : dy
    """
