#include "ops/ops.h"
namespace pynn { Tensor sum_to(const Tensor& x, const Shape&) { return x; } }
