// lstm_layer — the long short-term memory: gates decide what a state forgets, takes in and shows.
//
//   (i, f, g, o) = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
//   c_t = σ(f) c_{t-1} + σ(i) tanh(g),   h_t = σ(o) tanh(c_t),   or W_hr times that
//
// How it runs: kernels/recurrent_kernel.h and ops/recurrent.cpp.
#include "kernels/recurrent_kernel.h"

namespace pynn::PYNN_ISA {

struct Lstm {
  static constexpr int gates = 4, kept = 4, first_sum = 0;
  static constexpr int slot[] = {0, 1, 2, 3};
  static constexpr bool has_state = true, carries = false, uses_h = false, uses_kept = true;

  template <class V>
  static PYNN_INLINE CellOutput<V, 4> forward(const V* in, const V* sum, const V&, const V& c_before) {
    const V i = quick_sigmoid(in[0] + sum[0]), f = quick_sigmoid(in[1] + sum[1]),
            g = quick_tanh(in[2] + sum[2]), o = quick_sigmoid(in[3] + sum[3]);
    const V c = fma(f, c_before, i * g);
    return {o * quick_tanh(c), c, {i, f, g, o}};
  }

  template <class V>
  static PYNN_INLINE CellGradient<V, 4> backward(const V* kept, const V&, const V&, const V& c,
                                                 const V& c_before, const V& dh, const V& dc_after) {
    const V &i = kept[0], &f = kept[1], &g = kept[2], &o = kept[3];
    const V shown = quick_tanh(c);
    const V dc = fma(dh * o, 1.0 - shown * shown, dc_after);
    return {{dc * g * (i * (1.0 - i)), dc * c_before * (f * (1.0 - f)), dc * i * (1.0 - g * g),
             dh * shown * (o * (1.0 - o))},
            dc * f};
  }
};
extern const RecurrentKernels lstm_kernels;
constexpr RecurrentKernels lstm_kernels = recurrent_kernels<Lstm>();

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/recurrent.h"

namespace pynn {

PYNN_DISPATCH(lstm_kernels);

static const RecurrentKind kind = recurrent_kind<PYNN_ISA::Lstm>("lstm_layer", "LSTM", lstm_kernels);

struct LstmLayer {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, TensorList weights, const Tensor& h0,
                                     const Tensor& c0, const Tensor& batch_sizes, bool bias,
                                     bool bidirectional, bool batch_first) {
    return recurrent_forward(kind, context, {x, weights, h0, c0, batch_sizes},
                             {bias, bidirectional, batch_first});
  }
  static Gradients backward(const Context& context, const Tensor* dys) {
    return recurrent_backward(kind, context, dys);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dys) {
    return recurrent_backward_in_ops(kind, context, dys);
  }
};

static const Op& op = structured<LstmLayer>({
    .name = "lstm_layer",
    .args = {"x",
             "weights",
             {"h0", none},
             {"c0", none},
             {"batch_sizes", none},
             {"bias", true},
             {"bidirectional", false},
             {"batch_first", true}},
    .formula = "(i, f, g, o) = W_ih x + b_ih + W_hh h + b_hh;  c = σ(f) c + σ(i) tanh(g),  h = σ(o) tanh(c)",
    .gradient = "through time: dc += dh σ(o) (1 - tanh²(c)), then the gates', then dh = W_hhᵀ d(i, f, g, o)",
    .reference = "lstm(x, weights, h0, c0, batch_sizes, bias, bidirectional, batch_first)",
    .samples = {PYNN_RECURRENT_SAMPLES("randn(1, 2, 4), randn(1, 2, 4)", "randn(2, 2, 4), randn(2, 2, 4)",
                                       "16")},
    .doc =
        "One layer of `nn.LSTM` over whole sequences: x (N, T, features), or (T, N, features) unless "
        "`batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, b_ih "
        "and b_hh (if `bias`) and w_hr (if h is projected) of each direction. Returns y, the last h and the "
        "last c.",
    .source = "Hochreiter & Schmidhuber 1997, Long short-term memory, Neural Computation 9(8); with the "
              "forget gate "
              "of Gers, Schmidhuber & Cummins 2000; projected: Sak, Senior & Beaufays 2014",
    .home = Home::internal,
    .outputs = {"y", "h", "c"},
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
