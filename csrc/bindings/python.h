// python.h — what the binding files share: the two hand-written types, conversions, and errors.
#pragma once
#include <Python.h>
#include <pybind11/pybind11.h>

#include "core/op.h"

namespace pynn {

// ---- Tensor ------------------------------------------------------------------------------------

struct PyTensor {
  PyObject_HEAD Tensor tensor;
  PyObject* weak_references;
};
extern PyTypeObject* tensor_type;

// A new reference: the Python object that stands for this tensor, made if there is none yet. None for an
// undefined tensor.
PyObject* wrap(Tensor tensor);
PyObject* wrap(std::vector<Tensor> tensors);  // a tuple

inline bool is_tensor(PyObject* object) {
  return Py_TYPE(object) == tensor_type || PyType_IsSubtype(Py_TYPE(object), tensor_type);
}
inline const Tensor& tensor_of(PyObject* object) { return reinterpret_cast<PyTensor*>(object)->tensor; }

// ---- conversions (convert.cpp) -------------------------------------------------------------------

// Tensor, number, NumPy array or scalar, (nested) list: as an operand of an op. Python numbers become
// weak 0-d tensors; float64 arrays become float32. Throws TypeError naming `what`.
Tensor to_tensor(PyObject* object, const char* what = "operand");
// pynn.tensor(data): always a copy. DType::none keeps the natural type.
Tensor make_tensor(PyObject* data, DType dtype, const char* what = "tensor");
Tensor from_numpy(PyObject* array);        // shares memory
PyObject* to_numpy(const Tensor& tensor);  // shares memory
DType to_dtype(PyObject* object);          // pynn.dtype, NumPy dtype or type, name, bool/int/float
PyObject* dtype_object(DType dtype);       // borrowed
int64_t to_int(PyObject* object, const char* what);

// ---- ops (op_type.cpp) ---------------------------------------------------------------------------

extern PyTypeObject* op_type;
enum class Form : uint8_t { function, in_place };
PyObject* make_op_object(const Op& op, Form form);
const Op& op_named(const char* name);  // throws if there is none: a build without that file

// ---- subscripts (indexing.cpp) -------------------------------------------------------------------

PyObject* tensor_getitem(PyObject* self, PyObject* key);
int tensor_setitem(PyObject* self, PyObject* key, PyObject* value);

// ---- errors --------------------------------------------------------------------------------------

extern PyObject *shape_error, *dtype_error, *autograd_error;
// The C++ exception in flight becomes a Python one. One from below, where the `op` that the user called is
// not known (a shape that no tensor can have, an op that this one is written in), gets its name put before
// it.
void raise_current_exception(const char* op = nullptr);

// body(), with C++ exceptions turned into Python's; `failed` is what a slot returns then.
template <class Body, class Result = std::invoke_result_t<Body>>
Result guard(Body&& body, Result failed = Result(), const char* op = nullptr) {
  try {
    return body();
  } catch (...) {
    raise_current_exception(op);
    return failed;
  }
}

// ---- recorded steps (record.cpp) -----------------------------------------------------------------

inline void refuse_in_recording(const char* why) {
  if (Watcher* w = watcher()) w->refuse(why);
}

// ---- parts of the module -------------------------------------------------------------------------

void define_tensor_type(pybind11::module_& m);
void define_op_type(pybind11::module_& m);
void define_conversions(pybind11::module_& m);
void define_autograd(pybind11::module_& m);
void define_dlpack(pybind11::module_& m);
void define_random(pybind11::module_& m);
void define_optim(pybind11::module_& m);
void define_record(pybind11::module_& m);
void define_trace(pybind11::module_& m);
void define_error_teacher(pybind11::module_& m);

}  // namespace pynn

namespace pybind11::detail {

// Functions bound by pybind11 take and return Tensors as the hand-written type.
template <>
struct type_caster<pynn::Tensor> {
  PYBIND11_TYPE_CASTER(pynn::Tensor, const_name("pynn.Tensor"));
  bool load(handle source, bool) {
    if (source.is_none()) return true;
    if (!pynn::is_tensor(source.ptr())) return false;
    value = pynn::tensor_of(source.ptr());
    return true;
  }
  static handle cast(const pynn::Tensor& tensor, return_value_policy, handle) { return pynn::wrap(tensor); }
};

template <>
struct type_caster<pynn::DType> {
  PYBIND11_TYPE_CASTER(pynn::DType, const_name("pynn.dtype"));
  bool load(handle source, bool) {
    value = source.is_none() ? pynn::DType::none : pynn::to_dtype(source.ptr());
    return true;
  }
  static handle cast(pynn::DType dtype, return_value_policy, handle) {
    return handle(pynn::dtype_object(dtype)).inc_ref();
  }
};

}  // namespace pybind11::detail
