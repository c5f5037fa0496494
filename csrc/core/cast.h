// cast.h — the same values as another type of element, with history.
#pragma once
#include "core/tensor.h"

namespace pynn {

Tensor cast(const Tensor& x, DType dtype);  // x itself when it has that type already

}  // namespace pynn
