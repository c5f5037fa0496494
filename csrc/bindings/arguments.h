// arguments.h — from Python's arguments to an op's values, without a dictionary, a tuple or a heap
// allocation.
#pragma once
#include "bindings/python.h"

namespace pynn {

// The names under which each argument may be given, interned.
struct ArgumentNames {
  PyObject* first[kMaxArgs];
  PyObject* second[kMaxArgs];  // dim for axis, keepdims for keepdim, input for x; or null
  explicit ArgumentNames(const Op& op);
};

// What binding the arguments of one call made, alive until the call returns.
class Arguments {
 public:
  explicit Arguments(const Op& op) : op_(op) {}
  ~Arguments() {
    for (int i = 0; i < ints_used_; ++i) ints(i).~Ints();
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  void bind(const ArgumentNames& names, PyObject* const* args, Py_ssize_t positional, PyObject* keywords);
  const Value* values() const { return values_; }

 private:
  void set(size_t i, PyObject* object);
  void set_default(size_t i);
  Ints& ints(int i) { return reinterpret_cast<Ints*>(ints_room_)[i]; }
  Ints& new_ints() {
    if (ints_used_ == kMaxInts)
      throw std::logic_error("an op has more integer lists than the binding foresees");
    return *new (&ints(ints_used_++)) Ints();
  }
  int64_t read_int(PyObject* object, size_t i) const;
  void read_ints(Ints& out, PyObject* object, size_t i);
  std::string what(size_t i) const { return text(op_.name, "(): argument '", op_.args[i].name, "'"); }

  static constexpr int kMaxInts = 5;
  const Op& op_;
  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];  // converted numbers and arrays
  alignas(Ints) unsigned char ints_room_[kMaxInts * sizeof(Ints)];
  int ints_used_ = 0;
  InlineVector<Tensor, 4> list_;
  TensorList list_view_;
  std::string_view strings_[3];
  int strings_used_ = 0;
};

}  // namespace pynn
