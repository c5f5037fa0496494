// cross_entropy — log-softmax and the negative log-likelihood of the right class, fused.
//
// With class indices t and row i: yᵢ = w(tᵢ) ((m - x(tᵢ)) + ln s), m = max x, s = Σ exp(x - m). Forward keeps
// the probabilities p = exp(x - m) / s, and backward is dx = g w (p - onehot(t)).
// Targets that are probabilities, or smoothed labels, are K · -log_softmax(x) with dense coefficients K.
#include "core/simd_math.h"
#include "kernels/row_kernel.h"

namespace pynn {

// For rows of n scores: p = softmax(x), and the maximum and ln Σ exp(x - maximum) of every row.
template <class T>
using CrossEntropyRows = void(const T* x, T* p, T* maximum, T* log_sum, int64_t rows, int64_t n);
// dx = scale[row] p
template <class T>
using ScaleRows = void(const T* p, const T* scale, T* dx, int64_t rows, int64_t n);

struct CrossEntropyKernels {
  FloatKernels<CrossEntropyRows> forward;
  FloatKernels<ScaleRows> backward;
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

template <class T>
void cross_entropy_rows(const T* x, T* p, T* maximum, T* log_sum, int64_t rows, int64_t n) {
  using V = Vec<T>;
  constexpr T kLowest = T(-__builtin_inf());
  for (int64_t row = 0; row < rows; ++row, x += n, p += n) {
    T m, s;
    if (n <= V::lanes) {  // a row in a register
      const V v = load(x, n, kLowest);
      m = max_lanes(v);
      const V e = exp(v - V(m));
      s = sum_lanes(e);
      store(p, e / V(s), n);
    } else {
      V largest(kLowest);
      for_each_vector<T>(n, [&](int64_t i, int64_t k)
                                PYNN_LAMBDA_INLINE { largest = max(largest, load_part(x + i, k, kLowest)); });
      m = max_lanes(largest);
      s = T(fold_row<Summing, T>(Summing(), n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
              const V e = exp(load_part(x + i, k, kLowest) - V(m));
              store_part(p + i, e, k);
              return e;
            }).total(Summing()));
      const V r = V(1) / V(s);
      for_each_vector<T>(n, [&](int64_t i, int64_t k)
                                PYNN_LAMBDA_INLINE { store_part(p + i, load_part(p + i, k, T(0)) * r, k); });
    }
    maximum[row] = m;
    log_sum[row] = s;
  }
  for (int64_t row = 0; row < rows; row += V::lanes) {
    const int64_t k = rows - row < V::lanes ? rows - row : V::lanes;
    store_part(log_sum + row, log(load_part(log_sum + row, k, T(1))), k);
  }
}

template <class T>
void scale_rows(const T* p, const T* scale, T* dx, int64_t rows, int64_t n) {
  for (int64_t row = 0; row < rows; ++row, p += n, dx += n) {
    const Vec<T> s = scale[row];
    for_each_vector<T>(n, [&](int64_t i, int64_t k)
                              PYNN_LAMBDA_INLINE { store_part(dx + i, s * load_part(p + i, k, T(0)), k); });
  }
}

extern const CrossEntropyKernels cross_entropy_kernels;
constexpr CrossEntropyKernels cross_entropy_kernels = {
    {cross_entropy_rows<float>, cross_entropy_rows<double>}, {scale_rows<float>, scale_rows<double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "core/parallel.h"
#include "ops/along_axis.h"
#include "ops/losses.h"

namespace pynn {

PYNN_DISPATCH(cross_entropy_kernels);

namespace {

int class_axis(const Tensor& input) { return input.ndim() == 1 ? 0 : 1; }

void check_scores(const char* op, const Tensor& input) {
  if (!is_floating(input.dtype()))
    throw DTypeError(text(op, ": input must be floating-point scores, got ", input.dtype(),
                          ". Did you mean input.float()?"));
  if (input.ndim() == 0)
    throw ShapeError(text(op, ": input must be (C,), (N, C) or (N, C, d1, ...), got a tensor of shape ()"));
}

void check_weight(const char* op, const Tensor& weight, int64_t classes) {
  if (weight && !(weight.shape() == Shape{classes}))
    throw ShapeError(text(op, ": weight must have one value for each of the ", classes, " classes, shape ",
                          Shape{classes}, "; got ", weight.shape()));
}

// The class indices as int64, in row-major order of the input without its class axis, all in range.
Tensor checked_classes(std::string_view op, const Tensor& input, const Tensor& target, int64_t ignore_index) {
  const int axis = class_axis(input);
  const int64_t classes = input.shape()[axis];
  Shape expected = input.shape();
  expected.erase(axis);
  if (!(target.shape() == expected)) {
    if (target.numel() == numel(expected))
      throw ShapeError(text(op, ": input ", input.shape(), " needs class indices of shape ", expected,
                            ", got ", target.shape(), ". Did you mean target.reshape", expected, "?"));
    throw ShapeError(text(op, ": input ", input.shape(), " needs class indices of shape ", expected, ", got ",
                          target.shape()));
  }
  const Tensor t = target.to(DType::int64).contiguous();
  const int64_t* at = t.data<int64_t>();
  for (int64_t i = 0; i < t.numel(); ++i)
    if (uint64_t(at[i]) >= uint64_t(classes) && at[i] != ignore_index)
      throw IndexError(text(op, ": target ", at[i], " at position ", i, " is not one of the ", classes,
                            " classes 0 to ", classes - 1, " (nor ignore_index=", ignore_index, ")"));
  return t;
}

// (N, C, d...) as rows of C, and back.
Tensor classes_last(const Tensor& x, int axis) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  const int64_t size = shape[axis], stride = strides[axis];
  shape.erase(axis);
  strides.erase(axis);
  shape.push_back(size);
  strides.push_back(stride);
  return x.alias(shape, strides, x.impl()->offset).contiguous();
}
Tensor classes_back(const Tensor& rows, int axis) {
  Shape shape = rows.shape();
  Strides strides = rows.strides();
  const int64_t size = shape.back(), stride = strides.back();
  shape.erase(shape.size() - 1);
  strides.erase(strides.size() - 1);
  shape.insert(axis, size);
  strides.insert(axis, stride);
  return rows.alias(shape, strides, rows.impl()->offset);
}

// Dense coefficients K of -log-probabilities for class indices, shaped as the input:
// (1 - ε) w(t) onehot(t) + ε w / C, and 0 for ignored targets. `total`: Σ w(t) over those that count.
std::vector<Tensor> class_coefficients(const Tensor& input, const Tensor& target, const Tensor& weight,
                                       int64_t ignore_index, double smoothing, std::string_view op) {
  const Tensor classes_given = checked_classes(op, input, target, ignore_index);
  const int axis = class_axis(input);
  const int64_t classes = input.shape()[axis], rows = classes_given.numel();
  Shape shape = input.shape();
  shape.erase(axis);
  shape.push_back(classes);
  const Tensor w = weight ? weight.to(DType::float64).contiguous() : full({classes}, 1, DType::float64);
  const Tensor k = zeros(shape, DType::float64), total = zeros({}, DType::float64);
  const double* pw = w.data<double>();
  double* pk = k.data<double>();
  for (int64_t i = 0; i < rows; ++i, pk += classes) {
    const int64_t t = classes_given.data<int64_t>()[i];
    if (t == ignore_index) continue;
    *total.data<double>() += pw[t];
    if (smoothing != 0)
      for (int64_t c = 0; c < classes; ++c) pk[c] = smoothing / double(classes) * pw[c];
    pk[t] += (1 - smoothing) * pw[t];
  }
  return {classes_back(k.to(input.dtype()), axis), total.to(input.dtype())};
}
const Op& coefficients_op = composite<&class_coefficients>({
    .name = "class_coefficients",
    .args = {"input",
             "target",
             {"weight", none},
             {"ignore_index", -100},
             {"label_smoothing", 0.0},
             {"op", "class_coefficients"}},
    .formula = "K = (1 - ε) w(t) onehot(t) + ε w / C, total = Σ w(t)",
    .gradient = "none: of the input, the shape alone matters",
    .reference = "((1 - label_smoothing) * eye(input.shape[1])[target] + label_smoothing / input.shape[1], "
                 "array(len(target) * 1.0))",
    .samples = {"randn(5, 3), randint(0, 3, 5)", "randn(4, 65), randint(0, 65, 4), label_smoothing=0.1"},
    .doc = "What each log-probability counts in a cross-entropy of class indices, and all of it together.",
    .home = Home::internal,
    .outputs = {"coefficients", "total"},
});

// Σ over the classes of -K · log-probability, reduced; a mean divides by `total`.
Tensor weighted_log_likelihood(const Tensor& k, const Tensor& log_p, int axis, std::string_view reduction,
                               const Tensor& total) {
  const Tensor each = -sum(k * log_p, Ints{axis});
  if (reduction == "none") return each;
  return reduction == "mean" ? sum(each) / total : sum(each);
}

}  // namespace

struct CrossEntropyOfClasses {
  static Tensor forward(Context& context, const Tensor& input, const Tensor& target, const Tensor& weight,
                        int64_t ignore_index, std::string_view reduction) {
    const int axis = class_axis(input);
    const Tensor classes = checked_classes("cross_entropy", input, target, ignore_index);
    const int64_t rows = classes.numel(), n = input.shape()[axis];
    const Tensor x = classes_last(input, axis), p = empty(x.shape(), x.dtype());
    const Tensor found = empty({2, rows}, x.dtype()),
                 scale = empty({rows}, x.dtype());  // scale: w(t) of each row
    const bool each = reduction == "none";
    const Tensor y = empty(each ? target.shape() : Shape{}, x.dtype());
    double total = 0, weights = 0;
    visit_float("cross_entropy", x.dtype(), [&](auto element) {
      using T = decltype(element);
      auto* kernel = cross_entropy_kernels->forward.get<T>();
      const T* px = x.data<T>();
      T *pp = p.data<T>(), *maximum = found.data<T>(), *log_sum = maximum + rows, *w = scale.data<T>();
      parallel_for(rows, rows_per_piece(n), [&](int64_t begin, int64_t end) {
        kernel(px + begin * n, pp + begin * n, maximum + begin, log_sum + begin, end - begin, n);
      });
      const Tensor given = weight ? weight.to(x.dtype()).contiguous() : Tensor();
      const T* class_weight = given ? given.data<T>() : nullptr;
      const int64_t* t = classes.data<int64_t>();
      for (int64_t i = 0; i < rows; ++i) {
        const bool counts = t[i] != ignore_index;
        w[i] = !counts ? T(0) : class_weight ? class_weight[t[i]] : T(1);
        const T loss = counts ? w[i] * ((maximum[i] - px[i * n + t[i]]) + log_sum[i]) : T(0);
        if (each) y.data<T>()[i] = loss;
        total += double(loss);
        weights += double(w[i]);
      }
      if (!each) *y.data<T>() = T(reduction == "mean" ? total / weights : total);
    });
    context.save(input, p, classes, scale, reduction == "mean" ? 1 / weights : 1.0, ignore_index);
    return y;
  }

  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [input, p, classes, scale, factor, ignore_index] =
        context.load<Tensor, Tensor, Tensor, Tensor, double, int64_t>();
    const int64_t rows = classes.numel(), n = p.shape().back();
    const Tensor dx = empty(p.shape(), p.dtype()), g = empty({rows}, p.dtype()), given = dy.contiguous();
    visit_float("cross_entropy", p.dtype(),
                [&, factor = factor, ignore_index = ignore_index, &p = p, &classes = classes,
                 &scale = scale](auto element) {
                  using T = decltype(element);
                  auto* kernel = cross_entropy_kernels->backward.get<T>();
                  const T *w = scale.data<T>(), *pdy = given.data<T>(), *pp = p.data<T>();
                  const int64_t step = given.ndim() ? 1 : 0, *t = classes.data<int64_t>();
                  T *pg = g.data<T>(), *out = dx.data<T>();
                  parallel_for(rows, rows_per_piece(n), [&](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) pg[i] = T(factor) * w[i] * pdy[i * step];
                    kernel(pp + begin * n, pg + begin, out + begin * n, end - begin, n);
                    for (int64_t i = begin; i < end; ++i) {
                      if (t[i] != ignore_index)
                        out[i * n + t[i]] -= pg[i];
                      else
                        for (int64_t c = 0; c < n; ++c) out[i * n + c] = T(0);
                    }
                  });
                });
    return {classes_back(dx, class_axis(input)), Tensor(), Tensor()};
  }

  // dx = g (p Σ K - K), with p = softmax(x) computed again, on the record.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [input, p, classes, scale, factor, ignore_index] =
        context.load<Tensor, Tensor, Tensor, Tensor, double, int64_t>();
    const int axis = class_axis(input);
    value_decides(scale, "the gradient of cross_entropy's gradient");  // `factor` came from values
    const Tensor onehot = call_many(coefficients_op, input.detach(), classes, Tensor(), ignore_index, 0.0,
                                    std::string_view("cross_entropy"))[0];
    Shape row_shape = input.shape();
    row_shape[axis] = 1;
    const Tensor w = scale.alias(row_shape, row_major(row_shape), scale.impl()->offset);
    const Tensor g = (dy.ndim() ? reshape(dy, row_shape) : dy) * (w * factor);
    return {g * (softmax(input, axis) - onehot), Tensor(), Tensor()};
  }
};

static const Op& of_classes = structured<CrossEntropyOfClasses>({
    .name = "cross_entropy_of_classes",
    .args = {"input", "target", {"weight", none}, {"ignore_index", -100}, {"reduction", "mean"}},
    .formula = "y = Σ -w(t) log_softmax(x)(t) / Σ w(t)",
    .gradient = "dx = dy w(t) (softmax(x) - onehot(t)) / Σ w(t)",
    .reference = "mean(-log(softmax(input, 1))[arange(len(target)), target])",
    .samples = {"randn(5, 3), randint(0, 3, 5)", "randn(4, 65), randint(0, 65, 4)"},
    .doc = "Cross-entropy against class indices: what cross_entropy calls.",
    .home = Home::internal,
    .autocast = Autocast::float32,
});

namespace {

Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index,
                     std::string_view reduction, double label_smoothing) {
  const char* name = "cross_entropy";
  check_scores(name, input);
  check_reduction(name, reduction);
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    throw ValueError(text(name, ": label_smoothing must be in [0, 1], got ", label_smoothing));
  const int axis = class_axis(input);
  const int64_t n = input.shape()[axis];
  check_weight(name, weight, n);
  if (!is_floating(target.dtype())) {
    if (target.dtype() == DType::boolean)
      throw DTypeError(
          text(name, ": target must be class indices (integers) or probabilities (floats), got bool"));
    if (label_smoothing == 0) return call(of_classes, input, target, weight, ignore_index, reduction);
    const std::vector<Tensor> k = call_many(coefficients_op, input.detach(), target, weight, ignore_index,
                                            label_smoothing, std::string_view(name));
    return weighted_log_likelihood(k[0], log_softmax(input, axis), axis, reduction, k[1]);
  }
  if (!(target.shape() == input.shape()))
    throw ShapeError(text(name, ": input ", input.shape(), " and target ", target.shape(),
                          " differ. Floats as target are probabilities of every class; for class indices use "
                          "integers: target.long()"));
  Tensor k = target;
  if (label_smoothing > 0) k = k * (1 - label_smoothing) + label_smoothing / double(n);
  if (weight) {
    Shape along;
    for (int i = 0; i < input.ndim(); ++i) along.push_back(i == axis ? n : 1);
    k = k * reshape(weight, along);
  }
  return weighted_log_likelihood(k, log_softmax(input, axis), axis, reduction,
                                 number(double(numel(input.shape())) / double(n)));
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index,
                std::string_view reduction) {
  const char* name = "nll_loss";
  check_scores(name, input);
  check_reduction(name, reduction);
  const int axis = class_axis(input);
  check_weight(name, weight, input.shape()[axis]);
  if (!is_integral(target.dtype()))
    throw DTypeError(text(name, ": target must be class indices, integers; got ", target.dtype(),
                          ". Did you mean target.long()?"));
  const std::vector<Tensor> coefficients =
      call_many(coefficients_op, input.detach(), target, weight, ignore_index, 0.0, std::string_view(name));
  const Tensor &k = coefficients[0], &total = coefficients[1];
  // 0 · -inf: an impossible class that is not the target must not make the loss NaN.
  const Tensor chosen = where(k == 0.0, number(0.0), k * input);
  const Tensor each = -sum(chosen, Ints{axis});
  if (reduction == "none") return each;
  return reduction == "mean" ? sum(each) / total : sum(each);
}

}  // namespace

static const Op& cross_entropy_op = composite<&cross_entropy>({
    .name = "cross_entropy",
    .args = {"input",
             "target",
             {"weight", none},
             {"ignore_index", -100},
             {"reduction", "mean"},
             {"label_smoothing", 0.0}},
    .formula = "y = Σ -w(t) ln softmax(x)(t) / Σ w(t)",
    .gradient = "dx = dy w(t) (softmax(x) - onehot(t)) / Σ w(t)",
    .reference = "mean(-log(softmax(input, 1))[arange(len(target)), target] if target.ndim < input.ndim else "
                 "-sum(target * log(softmax(input, 1)), 1))",
    .samples = {"randn(5, 3), randint(0, 3, 5)", "randn(4, 65), randint(0, 65, 4)",
                "randn(5, 3), softmax(randn(5, 3), 1)"},
    .doc =
        "The loss of classification, from scores (logits), not probabilities: input (C,), (N, C) or "
        "(N, C, d1, ...); target is class indices without the class axis, or probabilities shaped as the "
        "input. "
        "Targets equal to ignore_index count for nothing; label_smoothing moves that share of each target to "
        "all classes evenly. An index out of range is an IndexError. No gradient reaches weight from "
        "indices.",
    .source = "label smoothing: Szegedy et al. 2016, Rethinking the Inception architecture, section 7",
    .home = Home::functional,
    .autocast = Autocast::float32,
});
static const Op& nll_op = composite<&nll_loss>({
    .name = "nll_loss",
    .args = {"input", "target", {"weight", none}, {"ignore_index", -100}, {"reduction", "mean"}},
    .formula = "y = Σ -w(t) x(t) / Σ w(t)",
    .gradient = "dx(t) = -dy w(t) / Σ w(t), else 0",
    .reference = "mean(-input[arange(len(target)), target])",
    .samples = {"randn(5, 3), randint(0, 3, 5)", "randn(4, 65), randint(0, 65, 4)"},
    .doc = "The negative log-likelihood of the target classes, from log-probabilities such as log_softmax "
           "gives. "
           "From scores, cross_entropy does both at once.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
