// factories — tensors from nothing but a size: zeros, ones, ranges, the identity.
#if PYNN_ONCE
#include <cmath>

#include "core/op.h"

namespace pynn {

namespace {

DType or_float32(DType dtype) { return dtype == DType::none ? DType::float32 : dtype; }

Tensor zeros_of(const Ints& size, DType dtype) { return zeros(size, or_float32(dtype)); }
Tensor ones_of(const Ints& size, DType dtype) { return full(size, 1, or_float32(dtype)); }
Tensor full_of(const Ints& size, double fill_value, DType dtype) {
  return full(size, fill_value, or_float32(dtype));
}
Tensor empty_of(const Ints& size, DType dtype) { return empty(size, or_float32(dtype)); }

// y[i] = value(i), computed in float64 and converted once.
template <class Value>
Tensor from_positions(int64_t n, DType dtype, const Value& value) {
  const Tensor y = empty({n}, DType::float64);
  double* out = y.data<double>();
  for (int64_t i = 0; i < n; ++i) out[i] = value(i);
  return y.to(dtype);
}

Tensor arange(double start, double end, double step, DType dtype) {
  if (!(step != 0) || !std::isfinite(start) || !std::isfinite(end) || !std::isfinite(step))
    throw ValueError(text("arange: start, end and step must be finite and step not 0; got ", start, ", ", end,
                          ", ", step));
  const double count = std::ceil((end - start) / step);
  if (count < 0)
    throw ValueError(text("arange: from ", start, " one never comes to ", end, " by steps of ", step,
                          ". Did you mean step=", -step, "?"));
  if (count > 0x1p62) throw ValueError(text("arange: ", count, " elements are more than any memory holds"));
  return from_positions(int64_t(count), or_float32(dtype),
                        [=](int64_t i) { return start + double(i) * step; });
}

Tensor linspace(double start, double end, int64_t steps, DType dtype) {
  if (steps < 0) throw ValueError(text("linspace: steps must be 0 or more, got ", steps));
  const double step = steps > 1 ? (end - start) / double(steps - 1) : 0;
  // Each half is measured from its own end, so that both ends are exact.
  return from_positions(steps, or_float32(dtype), [=](int64_t i) {
    return i < (steps + 1) / 2 ? start + double(i) * step : end - double(steps - 1 - i) * step;
  });
}

Tensor eye(int64_t n, int64_t m, DType dtype) {
  const int64_t columns = m < 0 ? n : m;
  const Tensor y = zeros({n, columns}, or_float32(dtype));
  visit(y.dtype(), [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < n && i < columns; ++i) y.data<T>()[i * columns + i] = T(1);
  });
  return y;
}

}  // namespace

static const Op& zeros_op = composite<&zeros_of>({
    .name = "zeros",
    .args = {"size", {"dtype", none}},
    .formula = "y = 0",
    .gradient = "none: it depends on no tensor",
    .reference = "zeros(size)",
    .samples = {"(3, 4)", "()", "(0, 3)"},
    .doc = "A tensor of zeros.",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& ones_op = composite<&ones_of>({
    .name = "ones",
    .args = {"size", {"dtype", none}},
    .formula = "y = 1",
    .gradient = "none: it depends on no tensor",
    .reference = "ones(size)",
    .samples = {"(3, 4)", "()", "(0, 3)"},
    .doc = "A tensor of ones.",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& full_op = composite<&full_of>({
    .name = "full",
    .args = {"size", "fill_value", {"dtype", none}},
    .formula = "y = fill_value",
    .gradient = "none: it depends on no tensor",
    .reference = "full(size, fill_value)",
    .samples = {"(3, 4), 2.5", "(), -1.0"},
    .doc = "A tensor of one value.",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& empty_op = composite<&empty_of>({
    .name = "empty",
    .args = {"size", {"dtype", none}},
    .formula = "y = whatever the memory held",
    .gradient = "none: it depends on no tensor",
    .samples = {"(3, 4)", "(0, 3)"},
    .doc = "A tensor whose elements are yet to be written.",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& arange_op = composite<&arange>({
    .name = "arange",
    .args = {"start", "end", {"step", 1.0}, {"dtype", none}},
    .formula = "yᵢ = start + i step,  as far as end, which is excluded",
    .gradient = "none: it depends on no tensor",
    .reference = "arange(start, end, step)",
    .samples = {"0, 5", "1.0, 2.0, 0.25", "5, 0, -2", "3, 3"},
    .doc = "Equally spaced numbers from start to end, end excluded.",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& linspace_op = composite<&linspace>({
    .name = "linspace",
    .args = {"start", "end", "steps", {"dtype", none}},
    .formula = "yᵢ = start + i (end - start) / (steps - 1)",
    .gradient = "none: it depends on no tensor",
    .reference = "linspace(start, end, steps)",
    .samples = {"0.0, 1.0, 5", "3.0, -3.0, 4", "2.0, 9.0, 1", "0.0, 1.0, 0"},
    .doc = "`steps` equally spaced numbers from start to end, both included.",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& eye_op = composite<&eye>({
    .name = "eye",
    .args = {"n", {"m", -1}, {"dtype", none}},
    .formula = "yᵢⱼ = 1 where i = j, else 0",
    .gradient = "none: it depends on no tensor",
    .reference = "eye(n, n if m < 0 else m)",
    .samples = {"3", "2, 4", "4, 2", "0"},
    .doc = "The identity matrix, n × n or n × m.",
    .home = Home::internal,
    .takes_narrow = true,
});

}  // namespace pynn
#endif
