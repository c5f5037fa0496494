// gru_layer — the gated recurrent unit: one gate mixes the old h with a new one, another what the new one
// sees.
//
//   r = σ(W_ir x + b_ir + W_hr h + b_hr)          z = σ(W_iz x + b_iz + W_hz h + b_hz)
//   n = tanh(W_in x + b_in + r (W_hn h + b_hn))    h' = (1 - z) n + z h
//
// W_hn h + b_hn stays apart from the input's part, so n's gradient and that of its sum are kept side by side.
#include "kernels/recurrent_kernel.h"

namespace pynn::PYNN_ISA {

struct Gru {
  static constexpr int gates = 3, kept = 4, first_sum = 1;  // kept: n, r, z, W_hn h + b_hn
  static constexpr int slot[] = {1, 2, 0};
  static constexpr bool has_state = false, carries = true, uses_h = true, uses_kept = true;

  template <class V>
  static PYNN_INLINE CellOutput<V, 4> forward(const V* in, const V* sum, const V& h_before, const V&) {
    const V r = quick_sigmoid(in[0] + sum[0]), z = quick_sigmoid(in[1] + sum[1]);
    const V n = quick_tanh(fma(r, sum[2], in[2]));
    return {fma(z, h_before - n, n), {}, {n, r, z, sum[2]}};
  }

  // What dh sends on by way of z is carried: dh z, to which the sums' part comes.
  template <class V>
  static PYNN_INLINE CellGradient<V, 4> backward(const V* kept, const V&, const V& h_before, const V&,
                                                 const V&, const V& dh, const V&) {
    const V &n = kept[0], &r = kept[1], &z = kept[2], &sum = kept[3];
    const V dn = dh * (1.0 - z) * (1.0 - n * n);
    return {{dn, dn * sum * (r * (1.0 - r)), dh * (h_before - n) * (z * (1.0 - z)), dn * r}, dh * z};
  }
};
extern const RecurrentKernels gru_kernels;
constexpr RecurrentKernels gru_kernels = recurrent_kernels<Gru>();

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/recurrent.h"

namespace pynn {

PYNN_DISPATCH(gru_kernels);

static const RecurrentKind kind = recurrent_kind<PYNN_ISA::Gru>("gru_layer", "GRU", gru_kernels);

struct GruLayer {
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

static const Op& op = structured<GruLayer>({
    .name = "gru_layer",
    .args = {"x",
             "weights",
             {"h0", none},
             {"batch_sizes", none},
             {"bias", true},
             {"bidirectional", false},
             {"batch_first", true}},
    .formula = "r, z = σ(W_ih x + b_ih + W_hh h + b_hh),  n = tanh(W_in x + b_in + r (W_hn h + b_hn)),  "
               "h = (1 - z) n + z h",
    .gradient = "through time: the gates', then dh = W_hhᵀ d(r, z, W_hn h) + z dh",
    .reference = "gru(x, weights, h0, batch_sizes, bias, bidirectional, batch_first)",
    .samples = {PYNN_RECURRENT_SAMPLES("randn(1, 2, 4)", "randn(2, 2, 4)", "12")},
    .doc = "One layer of `nn.GRU` over whole sequences: x (N, T, features), or (T, N, features) unless "
           "`batch_first`, or with `batch_sizes` the data of a PackedSequence. `weights` holds w_ih, w_hh, "
           "and b_ih "
           "and b_hh (if `bias`) of each direction. Returns y and the last h.",
    .source =
        "Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078, in the "
        "form of cuDNN and PyTorch: r stands outside of the product",
    .home = Home::internal,
    .outputs = {"y", "h"},
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
