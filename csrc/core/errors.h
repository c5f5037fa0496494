// errors.h — the exceptions a user meets, and how their text is put together.
//
// A message names the op, what it got, what it expected, and the likely fix:
//   throw ShapeError(text("matmul: ", a.shape(), " @ ", b.shape(), ": ..."));
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace pynn {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct ShapeError : Error {  // pynn.ShapeError(ValueError)
  using Error::Error;
};
struct ValueError : Error {  // ValueError
  using Error::Error;
};
struct DTypeError : Error {  // pynn.DTypeError(TypeError)
  using Error::Error;
};
struct TypeError : Error {  // TypeError
  using Error::Error;
};
struct IndexError : Error {  // IndexError
  using Error::Error;
};
struct AutogradError : Error {  // pynn.AutogradError(RuntimeError)
  using Error::Error;
};
struct MemoryError : Error {  // MemoryError
  using Error::Error;
};

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace pynn
