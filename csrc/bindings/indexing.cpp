#include "bindings/python.h"

namespace pynn {
PyObject* tensor_getitem(PyObject*, PyObject*) {
  PyErr_SetString(PyExc_IndexError, "subscripts are not built");
  return nullptr;
}
int tensor_setitem(PyObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_IndexError, "subscripts are not built");
  return -1;
}
}  // namespace pynn
