// tensor_type.h — the tables that make up the type Tensor, one file each.
#pragma once
#include "bindings/python.h"

namespace pynn {

extern PyGetSetDef tensor_attributes[];  // tensor_attributes.cpp
extern PyMethodDef tensor_methods[];     // tensor_methods.cpp

int set_requires_grad(PyObject* self, PyObject* value, void*);
// A new instance of a subclass of Tensor over the memory of `tensor`.
PyObject* make_subclass(PyTypeObject* type, const Tensor& tensor);
PyObject* tuple_of(const Dims& dims);

}  // namespace pynn
