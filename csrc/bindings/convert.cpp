// convert.cpp — between Python's objects and the core's: arrays, numbers, dtypes.
#include <pybind11/numpy.h>

#include "bindings/python.h"

namespace py = pybind11;

namespace pynn {

namespace {

PyObject* dtype_singletons[kDTypes];

struct PyDType {  // pynn.float32 and the like
  DType value;
};

// NumPy has no bfloat16: its values become float32, which holds them all.
py::dtype numpy_dtype(DType t) {
  return visit(t == DType::bfloat16 ? DType::float32 : t,
               [](auto element) { return py::dtype::of<decltype(element)>(); });
}

// The bfloat16 that the package ml_dtypes adds to NumPy.
bool is_foreign_bfloat16(const py::dtype& t) {
  return t.kind() == 'V' && t.itemsize() == 2 && std::string(py::str(t)) == "bfloat16";
}

// The dtype an array takes on entering pynn: its own where pynn has it, else the one above.
DType natural_dtype(const py::dtype& t, const char* what) {
  const char kind = t.kind();
  const auto size = t.itemsize();
  if (is_foreign_bfloat16(t)) return DType::bfloat16;
  if (kind == 'b') return DType::boolean;
  if (kind == 'f') return size > 4 ? DType::float64 : DType::float32;
  if (kind == 'u') return size == 1 ? DType::uint8 : size == 2 ? DType::int32 : DType::int64;
  if (kind == 'i') return size == 1 ? DType::int8 : size <= 4 ? DType::int32 : DType::int64;
  if (kind == 'c')
    throw DTypeError(text(what,
                          ": pynn has no complex tensors. Did you mean the real part, array.real, or the "
                          "modulus, abs(array)?"));
  throw TypeError(text(what, ": cannot make a tensor of NumPy dtype '", std::string(py::str(t)),
                       "'; expected numbers or bools. Encode text as integers first."));
}

struct Geometry {
  Shape shape;
  Strides strides;
};
Geometry geometry_of(const py::array& array, const char* what) {
  Geometry g;
  if (array.ndim() > kMaxAxes)
    throw ShapeError(text(what, ": a tensor has at most ", kMaxAxes, " axes, this array has ", array.ndim(),
                          ": its shape is ", std::string(py::str(array.attr("shape"))),
                          ". Did you mean array.squeeze()?"));
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    g.shape.push_back(array.shape(i));
    g.strides.push_back(array.strides(i) / array.itemsize());
  }
  return g;
}

void release_array(void* owner) {
  const py::gil_scoped_acquire lock;
  Py_DECREF(static_cast<PyObject*>(owner));
}

// A tensor steps from element to element in whole elements. A field of a structured array may not.
bool steps_are_whole(const py::array& array) {
  for (py::ssize_t i = 0; i < array.ndim(); ++i)
    if (array.strides(i) % array.itemsize() != 0) return false;
  return true;
}
bool is_aligned(const py::array& array) {
  return array.attr("flags").attr("aligned").cast<bool>() && steps_are_whole(array);
}

Tensor share(const py::array& array, DType dtype, const char* what) {
  const Geometry g = geometry_of(array, what);
  auto* owner = array.ptr();
  Py_INCREF(owner);
  return from_memory(const_cast<void*>(array.data()), g.shape, g.strides, dtype, owner, release_array,
                     !array.writeable());
}

// Of the unsigned integers of 64 bits, int64 holds the lower half.
void check_fits_int64(const py::array& array, const char* what) {
  if (array.dtype().kind() != 'u' || array.itemsize() < 8 || array.size() == 0) return;
  const py::object largest = array.attr("max")();
  if (largest.cast<uint64_t>() > uint64_t(INT64_MAX))
    throw ValueError(text(what, ": ", std::string(py::str(largest)),
                          " does not fit the 64 bits of an integer with a sign. Did you mean "
                          "array.astype(np.float64)?"));
}

// A copy of an array of any numeric type.
Tensor copy_array(py::array array, DType dtype, const char* what) {
  const DType natural = natural_dtype(array.dtype(), what);
  const DType wanted = dtype != DType::none ? dtype : natural;
  const bool native = natural == DType::bfloat16 || array.dtype().equal(numpy_dtype(natural));
  check_fits_int64(array, what);
  if (!native || !is_aligned(array))
    array = natural == DType::bfloat16 ? array.attr("copy")() : array.attr("astype")(numpy_dtype(natural));
  const Tensor view = share(py::array(array), natural, what);
  Tensor out = empty(view.shape(), wanted);
  copy_into(out, view);
  return out;
}

// The first thing in nested lists that is no number that pynn can hold, or null.
PyObject* first_misfit(PyObject* object) {
  if (PyList_Check(object) || PyTuple_Check(object)) {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i)
      if (PyObject* misfit = first_misfit(PySequence_Fast_GET_ITEM(object, i))) return misfit;
    return nullptr;
  }
  if (PyLong_Check(object)) {
    int overflow = 0;
    PyLong_AsLongLongAndOverflow(object, &overflow);
    return overflow ? object : nullptr;
  }
  return PyFloat_Check(object) ? nullptr : object;
}

[[noreturn]] void refuse(PyObject* object, const char* what) {
  PyObject* misfit = first_misfit(object);
  if (misfit && PyLong_Check(misfit))
    throw ValueError(text(what, ": ", std::string(py::str(py::handle(misfit))),
                          " does not fit the 64 bits of an integer. Did you mean a float?"));
  const bool word = misfit && (PyUnicode_Check(misfit) || PyBytes_Check(misfit));
  throw TypeError(text(what, ": cannot make a tensor of ",
                       misfit ? Py_TYPE(misfit)->tp_name : "an array of objects",
                       "; expected a number, a (nested) list of numbers, a NumPy array or a Tensor",
                       word ? ". Words become numbers with pynn.data.LabelEncoder or TablePreparer" : ""));
}

py::array as_array(PyObject* object, const char* what) {
  static PyObject* const asarray = py::object(py::module_::import("numpy").attr("asarray")).release().ptr();
  const py::object array = py::reinterpret_steal<py::object>(PyObject_CallOneArg(asarray, object));
  if (!array) {
    PyErr_Clear();
    throw ValueError(text(what, ": the rows of a nested list must all have the same length"));
  }
  const py::array result(array);
  if (result.dtype().kind() == 'O' || result.dtype().kind() == 'U' || result.dtype().kind() == 'S')
    refuse(py::object(result.attr("tolist")()).ptr(), what);
  return result;
}

// [tensor, tensor, ...]: NumPy would take them apart element by element.
bool holds_tensors(PyObject* object) {
  if (!PyList_Check(object) && !PyTuple_Check(object)) return false;
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(object);
  return n > 0 && is_tensor(PySequence_Fast_GET_ITEM(object, 0));
}
py::object tensors_as_arrays(PyObject* object) {
  py::list rows;
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(object);
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(object, i);
    rows.append(is_tensor(item) ? py::reinterpret_steal<py::object>(to_numpy(tensor_of(item)))
                                : py::reinterpret_borrow<py::object>(item));
  }
  return rows;
}

bool is_float64_array(PyObject* object) {
  return py::isinstance<py::array>(object) && py::reinterpret_borrow<py::array>(object).dtype().kind() == 'f';
}

}  // namespace

Tensor make_tensor(PyObject* data, DType dtype, const char* what) {
  if (is_tensor(data)) {
    const Tensor& source = tensor_of(data);
    Tensor out = empty(source.shape(), dtype == DType::none ? source.dtype() : dtype);
    copy_into(out, source);
    return out;
  }
  if (holds_tensors(data)) {
    const py::object arrays = tensors_as_arrays(data);
    return copy_array(as_array(arrays.ptr(), what), dtype, what);
  }
  py::array array = as_array(data, what);
  // Python floats and NumPy's default float64 enter as float32, pynn's default.
  if (dtype == DType::none && array.dtype().kind() == 'f') dtype = DType::float32;
  // Python ints are int64 wherever NumPy makes them something else.
  if (dtype == DType::none && array.dtype().kind() == 'i' && !py::isinstance<py::array>(data) &&
      !PyObject_HasAttrString(data, "dtype"))
    dtype = DType::int64;
  if (array.size() == 0 && !py::isinstance<py::array>(data) && dtype == DType::none) dtype = DType::float32;
  return copy_array(array, dtype, what);
}

// A list of Python numbers is as constant as a number is: a recorded step keeps both.
static Tensor listed(PyObject* object, const char* what) {
  Watcher* const w = watcher();
  if (!w || holds_tensors(object)) return make_tensor(object, DType::none, what);
  Tensor t;
  {
    const WatchedBy nobody(nullptr);
    t = make_tensor(object, DType::none, what);
  }
  w->made(*t.impl()->storage);
  w->constant(t);
  return t;
}

Tensor to_tensor(PyObject* object, const char* what) {
  if (is_tensor(object)) return tensor_of(object);
  if (PyBool_Check(object)) return number(object == Py_True);
  if (PyLong_Check(object)) {
    int overflow = 0;
    const long long v = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow) refuse(object, what);
    return number(int64_t(v));
  }
  if (PyFloat_Check(object)) return number(PyFloat_AS_DOUBLE(object));
  if (py::isinstance<py::array>(object))
    return copy_array(py::reinterpret_borrow<py::array>(object),
                      is_float64_array(object) ? DType::float32 : DType::none, what);
  if (PyList_Check(object) || PyTuple_Check(object)) return listed(object, what);
  if (PyObject_HasAttrString(object, "__array__") || PyIndex_Check(object)) {
    Tensor t = make_tensor(object, DType::none, what);
    if (t.ndim() == 0) t.impl()->is_number = true;  // a NumPy scalar is as weak as a Python number
    return t;
  }
  throw TypeError(text(what, ": expected a Tensor or a number, got ", Py_TYPE(object)->tp_name));
}

Tensor from_numpy(PyObject* object) {
  if (!py::isinstance<py::array>(object))
    throw TypeError(text("from_numpy: expected a NumPy array, got ", Py_TYPE(object)->tp_name,
                         ". Did you mean pynn.tensor(data)?"));
  const py::array array = py::reinterpret_borrow<py::array>(object);
  const DType dtype = natural_dtype(array.dtype(), "from_numpy");
  if (!array.dtype().equal(numpy_dtype(dtype)) && dtype != DType::bfloat16)
    throw DTypeError(text("from_numpy: cannot share memory of dtype ", std::string(py::str(array.dtype())),
                          ". Did you mean pynn.tensor(array), which copies it to ", dtype, "?"));
  if (!is_aligned(array))
    throw ValueError(
        "from_numpy: this array's elements are not aligned. Did you mean np.ascontiguousarray(array)?");
  return share(array, dtype, "from_numpy");
}

namespace {

// The tensor's memory as an array of elements as wide as its own.
py::array view_as(const py::dtype& dtype, const Tensor& tensor) {
  std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end()), strides;
  for (int64_t step : tensor.strides()) strides.push_back(py::ssize_t(step * itemsize(tensor.dtype())));
  const py::object owner = py::reinterpret_steal<py::object>(wrap(tensor.detach()));
  py::array array(dtype, shape, strides, tensor.bytes(), owner);
  if (tensor.impl()->storage->read_only) array.attr("setflags")(py::arg("write") = false);
  return array;
}

// bfloat16 as its bits in uint16, and back: for files and pickles. Shares memory.
py::array bits_of(const Tensor& tensor) {
  if (tensor.dtype() != DType::bfloat16)
    throw DTypeError(text("bits_of: expected a bfloat16 tensor, got ", tensor.dtype()));
  return view_as(py::dtype::of<uint16_t>(), tensor);
}
Tensor from_bits(const py::array_t<uint16_t, 0>& bits) { return share(bits, DType::bfloat16, "from_bits"); }

}  // namespace

PyObject* to_numpy(const Tensor& tensor) {
  value_decides(tensor, "numpy() or its printed form");
  const Tensor values = tensor.dtype() == DType::bfloat16 ? tensor.to(DType::float32) : tensor;
  return view_as(numpy_dtype(values.dtype()), values).release().ptr();
}

PyObject* dtype_object(DType dtype) { return dtype == DType::none ? Py_None : dtype_singletons[int(dtype)]; }

DType to_dtype(PyObject* object) {
  if (object == Py_None) return DType::none;
  if (py::isinstance<PyDType>(object)) return py::cast<PyDType&>(object).value;
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return DType::boolean;
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return DType::int64;
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return DType::float32;
  if (PyUnicode_Check(object)) {
    const char* chars = PyUnicode_AsUTF8(object);
    if (!chars) throw py::error_already_set();  // a surrogate on its own
    const std::string_view wish = chars;
    for (int i = 0; i < kDTypes; ++i)
      if (wish == name(DType(i))) return DType(i);
    throw TypeError(text("no dtype is named '", wish,
                         "'; pynn has bool, uint8, int8, int32, int64, bfloat16, float32, float64"));
  }
  try {
    const py::dtype t = py::dtype::from_args(py::reinterpret_borrow<py::object>(object));
    const DType natural = natural_dtype(t, "dtype");
    if (t.equal(numpy_dtype(natural)) || natural == DType::bfloat16) return natural;
  } catch (const py::error_already_set&) {
  }
  throw TypeError(
      text("expected a dtype such as pynn.float32, got ", std::string(py::repr(py::handle(object)))));
}

int64_t to_int(PyObject* object, const char* what) {
  if (PyFloat_Check(object)) throw TypeError(text(what, " must be int, not float"));
  const py::object index = py::reinterpret_steal<py::object>(PyNumber_Index(object));
  if (!index) {
    PyErr_Clear();
    throw TypeError(text(what, " must be int, not ", Py_TYPE(object)->tp_name));
  }
  const long long v = PyLong_AsLongLong(index.ptr());
  if (v == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    throw ValueError(text(what, " does not fit 64 bits"));
  }
  return v;
}

void define_conversions(py::module_& m) {
  py::class_<PyDType>(m, "dtype", R"(The type of a tensor's elements: pynn.float32, pynn.int64, ...

Args:
    name: a name such as "float32", a NumPy dtype, or Python's bool, int or float.

Raises:
    TypeError: no dtype of pynn is meant.

Example:
    >>> import pynn
    >>> pynn.dtype("float32") == pynn.float32, pynn.float32.itemsize
    (True, 4)
)")
      .def(py::init([](const py::object& object) { return PyDType{to_dtype(object.ptr())}; }),
           py::arg("name"))
      .def("__repr__", [](PyDType t) { return text("pynn.", name(t.value)); })
      .def("__str__", [](PyDType t) { return text("pynn.", name(t.value)); })
      .def("__eq__",
           [](PyDType t, const py::object& other) {
             return py::isinstance<PyDType>(other) && other.cast<PyDType>().value == t.value;
           })
      .def("__hash__", [](PyDType t) { return int(t.value) + 7919; })
      .def("__reduce__",
           [](const py::object& self) {
             return py::make_tuple(py::type::of(self), py::make_tuple(name(self.cast<PyDType>().value)));
           })
      .def("__copy__", [](const py::object& self) { return self; })
      .def("__deepcopy__", [](const py::object& self, const py::object&) { return self; })
      .def_property_readonly(
          "name", [](PyDType t) { return name(t.value); }, "The name, such as \"float32\".")
      .def_property_readonly(
          "itemsize", [](PyDType t) { return itemsize(t.value); }, "Bytes per element.")
      .def_property_readonly(
          "is_floating_point", [](PyDType t) { return is_floating(t.value); },
          "True for the floating-point types.")
      .def_property_readonly(
          "is_complex", [](PyDType) { return false; }, "False: pynn has no complex numbers.")
      .def_property_readonly(
          "is_signed", [](PyDType t) { return t.value != DType::boolean && t.value != DType::uint8; },
          "True if there are negative numbers.")
      .def_property_readonly(
          "numpy", [](PyDType t) { return numpy_dtype(t.value); },
          "The NumPy dtype of np.asarray(tensor): the same elements, but float32 for bfloat16.");
  for (int i = 0; i < kDTypes; ++i) {
    py::object object = py::cast(PyDType{DType(i)});
    m.attr(i == 0 ? "bool" : name(DType(i))) = object;
    dtype_singletons[i] = object.release().ptr();
  }
  m.def(
      "tensor",
      [](const py::object& data, DType dtype, bool requires_grad, const py::object& device) {
        if (!device.is_none()) py::module_::import("pynn._device").attr("device")(device);
        Tensor t = make_tensor(data.ptr(), dtype);
        if (requires_grad && !is_floating(t.dtype()))
          throw DTypeError(text("tensor: requires_grad=True needs floating-point elements, these are ",
                                t.dtype(), ". Did you mean dtype=pynn.float32?"));
        t.impl()->requires_grad = requires_grad;
        return t;
      },
      py::arg("data"), py::arg("dtype") = DType::none, py::arg("requires_grad") = false,
      py::arg("device") = py::none(), R"(A tensor with a copy of the data.

Args:
    data: a number, (nested) lists of numbers, a NumPy array, another tensor, or a list of arrays.
    dtype: of the elements. Default: floats become float32, ints int64, bools bool; arrays keep theirs, but
        float64 becomes float32.
    requires_grad: whether backward() computes a gradient for it.
    device: None or "cpu".

Raises:
    ValueError: lists of uneven lengths, or another device.
    TypeError: the data holds no numbers.

Example:
    >>> import pynn
    >>> pynn.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    >>> pynn.tensor(0.5, requires_grad=True)
    tensor(0.5, requires_grad=True)
)");
  m.def(
      "from_numpy", [](const py::object& array) { return from_numpy(array.ptr()); }, py::arg("array"),
      R"(A tensor over the memory of a NumPy array: a change of one is a change of the other.

Args:
    array: of a dtype that pynn has; any shape and strides.

Raises:
    DTypeError: another dtype, whose memory cannot be shared.

Example:
    >>> import numpy as np
    >>> import pynn
    >>> a = np.zeros(2, dtype=np.float32)
    >>> t = pynn.from_numpy(a)
    >>> a[0] = 5
    >>> t
    tensor([5., 0.])
)");
  m.def(
      "to_numpy", [](const Tensor& t) { return py::reinterpret_steal<py::object>(to_numpy(t)); },
      py::arg("tensor"));
  m.def("bits_of", &bits_of, py::arg("tensor"));
  m.def("from_bits", &from_bits, py::arg("bits").noconvert());
  m.def("as_operand", [](const py::object& object) { return to_tensor(object.ptr()); }, py::arg("object"));
}

}  // namespace pynn
