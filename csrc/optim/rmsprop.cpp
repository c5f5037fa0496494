// rmsprop — gradients divided by their recent root mean square (Hinton 2012, lecture 6e; centred form: Graves
// 2013, arXiv:1308.0850, equations 38-45).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p
// h = alpha h + (1 - alpha) g²
// a = alpha a + (1 - alpha) g,  v = h - a²  if centred, else v = h
// d = g / (√v + eps)
// b = momentum b + d,  p = p - lr b  with momentum, else p = p - lr d; then shrunk by l1
// factors: lr l1 times what momentum has made of a steady gradient by now
template <class T>
void rmsprop(const RmspropSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V toll = piece.factors[0];
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter);
    const V g = descent(s, at.load(piece.gradient), p);
    V v = toward(at.load(piece.slots[0]), g * g, 1 - s.alpha);
    at.store(piece.slots[0], v);
    if (piece.slots[2]) {
      const V a = toward(at.load(piece.slots[2]), g, 1 - s.alpha);
      at.store(piece.slots[2], a);
      v = v - a * a;
    }
    const V rate = 1 / (sqrt(v) + s.eps);
    V d = rate * g;
    if (piece.slots[1]) {
      d += s.momentum * at.load(piece.slots[1]);
      at.store(piece.slots[1], d);
    }
    at.store(piece.parameter, shrink(p - s.lr * d, toll * rate));
  });
}
extern const FloatKernels<Stepper<RmspropSettings>::Signature> rmsprop_kernels;
constexpr FloatKernels<Stepper<RmspropSettings>::Signature> rmsprop_kernels{rmsprop<float>, rmsprop<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(rmsprop_kernels);

void rmsprop_step(Group& group, const RmspropSettings& s) {
  PerCount toll([&](int64_t t) { return s.l1 * s.lr * geometric(s.momentum, t); });
  group.step("RMSprop", *rmsprop_kernels, s, {true, s.momentum != 0, s.centered}, 0,
             [&](Piece& piece, Group::Member&) {
               if (s.l1 != 0) piece.factors[0] = toll(piece.steps);
             });
}

}  // namespace pynn
#endif
