// rnn_tanh_layer, rnn_relu_layer — the simple recurrent network of Elman: h_t = f(W_ih x_t + b_ih + W_hh
// h_{t-1}
// + b_hh), with tanh or relu for f.
#include "kernels/recurrent_kernel.h"

namespace pynn::PYNN_ISA {

struct Elman {
  static constexpr int gates = 1, kept = 1, first_sum = 0;
  static constexpr int slot[] = {0};
  static constexpr bool has_state = false, carries = false, uses_h = false, uses_kept = false;
};
struct ElmanTanh : Elman {
  template <class V>
  static PYNN_INLINE CellOutput<V, 1> forward(const V* in, const V* sum, const V&, const V&) {
    return {quick_tanh(in[0] + sum[0]), {}, {}};
  }
  template <class V>
  static PYNN_INLINE CellGradient<V, 1> backward(const V*, const V& h, const V&, const V&, const V&,
                                                 const V& dh, const V&) {
    return {{dh * (1.0 - h * h)}, {}};
  }
};
struct ElmanRelu : Elman {
  template <class V>
  static PYNN_INLINE CellOutput<V, 1> forward(const V* in, const V* sum, const V&, const V&) {
    return {max(in[0] + sum[0], 0.0), {}, {}};
  }
  template <class V>
  static PYNN_INLINE CellGradient<V, 1> backward(const V*, const V& h, const V&, const V&, const V&,
                                                 const V& dh, const V&) {
    return {{select(h > 0, dh, 0.0)}, {}};
  }
};
extern const RecurrentKernels rnn_tanh_kernels, rnn_relu_kernels;
constexpr RecurrentKernels rnn_tanh_kernels = recurrent_kernels<ElmanTanh>(),
                           rnn_relu_kernels = recurrent_kernels<ElmanRelu>();

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/recurrent.h"

namespace pynn {

PYNN_DISPATCH(rnn_tanh_kernels);
PYNN_DISPATCH(rnn_relu_kernels);

static const RecurrentKind tanh_kind =
    recurrent_kind<PYNN_ISA::ElmanTanh>("rnn_tanh_layer", "RNN", rnn_tanh_kernels);
static const RecurrentKind relu_kind =
    recurrent_kind<PYNN_ISA::ElmanRelu>("rnn_relu_layer", "RNN", rnn_relu_kernels);

template <const RecurrentKind& kind>
struct ElmanLayer {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, TensorList weights, const Tensor& h0,
                                     const Tensor& batch_sizes, bool bias, bool bidirectional,
                                     bool batch_first) {
    return recurrent_forward(kind, context, {x, weights, h0, Tensor(), batch_sizes},
                             {bias, bidirectional, batch_first});
  }
  static Gradients backward(const Context& context, const Tensor* dys) {
    return recurrent_backward(kind, context, dys);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dys) {
    return recurrent_backward_in_ops(kind, context, dys);
  }
};

static OpInfo record(const char* name, const char* formula, const char* gradient, const char* reference) {
  return {
      .name = name,
      .args = {"x",
               "weights",
               {"h0", none},
               {"batch_sizes", none},
               {"bias", true},
               {"bidirectional", false},
               {"batch_first", true}},
      .formula = formula,
      .gradient = gradient,
      .reference = reference,
      .samples = {PYNN_RECURRENT_SAMPLES("randn(1, 2, 4)", "randn(2, 2, 4)", "4")},
      .doc =
          "One layer of `nn.RNN` over whole sequences: x (N, T, features), or (T, N, features) unless "
          "`batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, "
          "and "
          "b_ih and b_hh (if `bias`) of each direction. Returns y and the last h.",
      .source = "Elman 1990, Finding structure in time, Cognitive Science 14(2)",
      .home = Home::internal,
      .outputs = {"y", "h"},
      .autocast = Autocast::float32,
  };
}

static const Op& tanh_op = structured<ElmanLayer<tanh_kind>>(
    record("rnn_tanh_layer", "h = tanh(W_ih x + b_ih + W_hh h + b_hh)",
           "through time: da = dh (1 - h²), dh = W_hhᵀ da",
           "rnn('tanh', x, weights, h0, batch_sizes, bias, bidirectional, batch_first)"));
static const Op& relu_op = structured<ElmanLayer<relu_kind>>(
    record("rnn_relu_layer", "h = max(0, W_ih x + b_ih + W_hh h + b_hh)",
           "through time: da = dh [h > 0], dh = W_hhᵀ da",
           "rnn('relu', x, weights, h0, batch_sizes, bias, bidirectional, batch_first)"));

}  // namespace pynn
#endif
