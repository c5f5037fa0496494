// engine.h — from the outputs of a recorded computation back to the gradients of its leaves.
#pragma once
#include "core/node.h"

namespace pynn {

struct BackwardOptions {
  bool retain_graph = false;  // keep what the nodes saved, for another backward
  bool create_graph = false;  // record the backward itself, for gradients of gradients
};

// Adds d(sum_k outputs[k] * output_gradients[k]) / d(leaf) to the .grad of every leaf. An undefined output
// gradient stands for 1 and is allowed for one-element outputs only.
void backward(std::span<const Tensor> outputs, std::span<const Tensor> output_gradients,
              BackwardOptions options);

// The same derivatives, returned for `inputs` (leaves or not); no .grad is touched. Undefined where an
// output does not depend on the input.
std::vector<Tensor> gradients_of(std::span<const Tensor> outputs, std::span<const Tensor> output_gradients,
                                 std::span<const Tensor> inputs, BackwardOptions options);

}  // namespace pynn
