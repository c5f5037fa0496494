// pattern.h — what a Python value looks like, tensors apart: nested tuples, lists and dictionaries.
//
// A recorded step compares the arguments of a call with those it was recorded with, and builds a result
// like the one that was returned.
#pragma once
#include <functional>

#include "bindings/python.h"

namespace pynn {

class Pattern {
 public:
  // The pattern of `object`. substitute(tensor object) says what becomes of a tensor: a number >= 0, its
  // place among the tensors; or -1, it is a value like any other.
  using Place = std::function<int(PyObject*)>;
  Pattern(PyObject* object, const Place& place);

  // Does `object` look the same? Tensors at places are compared by type, shape and strides, and appended.
  bool matches(PyObject* object, std::vector<Tensor>& tensors) const;
  // A new object after this pattern, with these at the places.
  pybind11::object build(const std::vector<pybind11::object>& at_places) const;
  // The first type of value that a result cannot hold, or null.
  const char* first_odd_type() const;

 private:
  enum Kind : uint8_t { tensor, sequence, dictionary, value } kind_ = value;
  bool matches_value(PyObject* object) const;

  pybind11::object value_;  // the value; of a dictionary, the tuple of its keys; of a sequence, its type
  std::vector<Pattern> items_;
  int place_ = -1;
  DType dtype_ = DType::none;
  Shape shape_;
  Strides strides_;
};

}  // namespace pynn
