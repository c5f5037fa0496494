#include "bindings/pattern.h"

#include <cmath>
#include <cstring>

namespace py = pybind11;

namespace pynn {

namespace {

bool is_named_tuple(PyObject* object) {
  return PyTuple_Check(object) && !PyTuple_CheckExact(object) && PyObject_HasAttrString(object, "_fields");
}
bool is_sequence(PyObject* object) {
  return PyTuple_CheckExact(object) || PyList_CheckExact(object) || is_named_tuple(object);
}

}  // namespace

Pattern::Pattern(PyObject* object, const Place& place) {
  if (is_tensor(object) && (place_ = place(object)) >= 0) {
    kind_ = tensor;
    const Tensor& t = tensor_of(object);
    dtype_ = t.dtype();
    shape_ = t.shape();
    strides_ = t.strides();
  } else if (is_sequence(object)) {
    kind_ = sequence;
    value_ = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(Py_TYPE(object)));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i)
      items_.emplace_back(PySequence_Fast_GET_ITEM(object, i), place);
  } else if (PyDict_CheckExact(object)) {
    kind_ = dictionary;
    value_ = py::tuple(py::reinterpret_borrow<py::dict>(object));
    PyObject *key, *item;
    for (Py_ssize_t at = 0; PyDict_Next(object, &at, &key, &item);) items_.emplace_back(item, place);
  } else {
    value_ = py::reinterpret_borrow<py::object>(object);
  }
}

bool Pattern::matches_value(PyObject* object) const {
  PyObject* const mine = value_.ptr();
  if (mine == object) return true;
  if (Py_TYPE(mine) != Py_TYPE(object) || is_tensor(object)) return false;
  if (PyFloat_CheckExact(object)) {  // to the last bit: -0.0 is not 0.0, and NaN is NaN
    const double a = PyFloat_AS_DOUBLE(mine), b = PyFloat_AS_DOUBLE(object);
    return std::memcmp(&a, &b, sizeof a) == 0;
  }
  if (PyObject_Hash(mine) == -1) {  // what may change is the same only if it is the very same
    PyErr_Clear();
    return false;
  }
  const int equal = PyObject_RichCompareBool(mine, object, Py_EQ);
  if (equal < 0) PyErr_Clear();
  return equal > 0;
}

bool Pattern::matches(PyObject* object, std::vector<Tensor>& tensors) const {
  switch (kind_) {
    case tensor: {
      if (Py_TYPE(object) != tensor_type) return false;
      const Tensor& t = tensor_of(object);
      if (t.dtype() != dtype_ || !(t.shape() == shape_) || !(t.strides() == strides_) || t.requires_grad())
        return false;
      tensors.push_back(t);
      return true;
    }
    case sequence: {
      if (reinterpret_cast<PyObject*>(Py_TYPE(object)) != value_.ptr()) return false;
      if (PySequence_Fast_GET_SIZE(object) != Py_ssize_t(items_.size())) return false;
      for (size_t i = 0; i < items_.size(); ++i)
        if (!items_[i].matches(PySequence_Fast_GET_ITEM(object, Py_ssize_t(i)), tensors)) return false;
      return true;
    }
    case dictionary: {
      if (!PyDict_CheckExact(object) || PyDict_GET_SIZE(object) != Py_ssize_t(items_.size())) return false;
      PyObject *key, *item;
      Py_ssize_t at = 0;
      for (size_t i = 0; PyDict_Next(object, &at, &key, &item); ++i) {
        PyObject* const expected = PyTuple_GET_ITEM(value_.ptr(), Py_ssize_t(i));
        if (key != expected && PyObject_RichCompareBool(key, expected, Py_EQ) != 1) {
          PyErr_Clear();
          return false;
        }
        if (!items_[i].matches(item, tensors)) return false;
      }
      return true;
    }
    default:
      return matches_value(object);
  }
}

py::object Pattern::build(const std::vector<py::object>& at_places) const {
  switch (kind_) {
    case tensor:
      return at_places[size_t(place_)];
    case sequence: {
      PyObject* const type = value_.ptr();
      const auto n = Py_ssize_t(items_.size());
      const bool list = type == reinterpret_cast<PyObject*>(&PyList_Type);
      const py::object made = py::reinterpret_steal<py::object>(list ? PyList_New(n) : PyTuple_New(n));
      if (!made) throw py::error_already_set();
      for (Py_ssize_t i = 0; i < n; ++i) {
        PyObject* item = items_[size_t(i)].build(at_places).release().ptr();
        if (list)
          PyList_SET_ITEM(made.ptr(), i, item);
        else
          PyTuple_SET_ITEM(made.ptr(), i, item);
      }
      return list || type == reinterpret_cast<PyObject*>(&PyTuple_Type) ? made : value_(*py::tuple(made));
    }
    case dictionary: {
      py::dict made;
      for (size_t i = 0; i < items_.size(); ++i)
        made[py::handle(PyTuple_GET_ITEM(value_.ptr(), Py_ssize_t(i)))] = items_[i].build(at_places);
      return made;
    }
    default:
      return value_;
  }
}

const char* Pattern::first_odd_type() const {
  if (kind_ == sequence || kind_ == dictionary) {
    for (const Pattern& item : items_)
      if (const char* odd = item.first_odd_type()) return odd;
    return nullptr;
  }
  if (kind_ == tensor) return nullptr;
  PyObject* const v = value_.ptr();
  const bool plain = v == Py_None || PyBool_Check(v) || PyLong_Check(v) || PyFloat_Check(v) ||
                     PyUnicode_Check(v) || PyBytes_Check(v) || PyComplex_Check(v) || is_tensor(v);
  return plain ? nullptr : Py_TYPE(v)->tp_name;
}

}  // namespace pynn
