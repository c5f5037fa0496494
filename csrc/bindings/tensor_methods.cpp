// tensor_methods.cpp — the methods of Tensor that are asked for often enough to be worth C++: sizes, dtypes,
// values, and what is written in place.
#include "autograd/inplace.h"
#include "bindings/tensor_type.h"
#include "core/cast.h"
#include "ops/ops.h"

namespace py = pybind11;

namespace pynn {

namespace {

PyObject* tensor_item(PyObject* self, PyObject*) {
  return guard([&]() -> PyObject* {
    const Tensor& t = tensor_of(self);
    if (t.dtype() == DType::boolean) return PyBool_FromLong(t.item<bool>());
    return is_floating(t.dtype()) ? PyFloat_FromDouble(t.item<double>())
                                  : PyLong_FromLongLong(t.item<int64_t>());
  });
}
PyObject* detach(PyObject* self, PyObject*) {
  return guard([&] { return wrap(tensor_of(self).detach()); });
}
PyObject* requires_grad_(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  if (n + (keywords ? PyTuple_GET_SIZE(keywords) : 0) > 1) {
    PyErr_SetString(PyExc_TypeError, "requires_grad_(requires_grad=True) takes one argument");
    return nullptr;
  }
  if (set_requires_grad(self, n || keywords ? args[0] : Py_True, nullptr) < 0) return nullptr;
  Py_INCREF(self);
  return self;
}

// ---- sizes ---------------------------------------------------------------------------------------

// size(), size(dim), stride(), stride(dim=...): all axes, or one.
PyObject* of_axes(const char* name, const Dims& dims, PyObject* const* args, Py_ssize_t n,
                  PyObject* keywords) {
  return guard([&]() -> PyObject* {
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
    if (n + named > 1 || (named && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, 0), "dim")))
      throw TypeError(text(name, "(dim=None) takes one axis at most"));
    if (n + named == 0 || args[0] == Py_None) return tuple_of(dims);
    return PyLong_FromLongLong(dims[check_axis(name, to_int(args[0], name), dims.n)]);
  });
}
PyObject* size(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  return of_axes("size", tensor_of(self).shape(), args, n, keywords);
}
PyObject* stride(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  return of_axes("stride", tensor_of(self).strides(), args, n, keywords);
}
PyObject* dim(PyObject* self, PyObject*) { return PyLong_FromLong(tensor_of(self).ndim()); }
PyObject* numel(PyObject* self, PyObject*) { return PyLong_FromLongLong(tensor_of(self).numel()); }
PyObject* element_size(PyObject* self, PyObject*) {
  return PyLong_FromLong(itemsize(tensor_of(self).dtype()));
}
PyObject* is_contiguous(PyObject* self, PyObject*) {
  return PyBool_FromLong(tensor_of(self).is_contiguous());
}
PyObject* data_ptr(PyObject* self, PyObject*) {
  value_decides(tensor_of(self), "data_ptr()");
  return PyLong_FromVoidPtr(tensor_of(self).bytes());
}
PyObject* storage_offset(PyObject* self, PyObject*) {
  return PyLong_FromLongLong(tensor_of(self).impl()->offset);
}

// ---- dtypes --------------------------------------------------------------------------------------

template <DType dtype>
PyObject* converted(PyObject* self, PyObject*) {
  return guard([&] { return wrap(cast(tensor_of(self), dtype)); });
}
PyObject* is_floating_point(PyObject* self, PyObject*) {
  return PyBool_FromLong(is_floating(tensor_of(self).dtype()));
}

// ---- written in place ------------------------------------------------------------------------------

PyObject* overwrite(PyObject* self, const Tensor& source, const char* op) {
  const Tensor& x = tensor_of(self);
  assign_in_place(x, cast(expand(source, x.shape()), x.dtype()), op);
  Py_INCREF(self);
  return self;
}
PyObject* copy_(PyObject* self, PyObject* source) {
  return guard([&] { return overwrite(self, to_tensor(source, "copy_"), "copy"); });
}
PyObject* fill_(PyObject* self, PyObject* value) {
  return guard([&] {
    const Tensor source = to_tensor(value, "fill_");
    if (source.ndim() != 0)
      throw ShapeError(text("fill_ takes one number, got a tensor of shape ", source.shape(),
                            ". Did you mean x.copy_(source)?"));
    return overwrite(self, source, "fill");
  });
}
PyObject* zero_(PyObject* self, PyObject*) {
  return guard([&] { return overwrite(self, number(int64_t(0)), "zero"); });
}

PyObject* make_subclass_of(PyObject*, PyObject* const* args, Py_ssize_t n) {
  return guard([&]() -> PyObject* {
    if (n < 2 || !PyType_Check(args[0]) || !is_tensor(args[1]))
      throw TypeError("_make_subclass(cls, tensor, requires_grad=False)");
    const py::object made = py::reinterpret_steal<py::object>(
        make_subclass(reinterpret_cast<PyTypeObject*>(args[0]), tensor_of(args[1])));
    if (n > 2 && set_requires_grad(made.ptr(), args[2], nullptr) < 0) throw py::error_already_set();
    return made.inc_ref().ptr();
  });
}

template <auto function>
PyCFunction method() {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(function));
}
constexpr int kKeywords = METH_FASTCALL | METH_KEYWORDS;

}  // namespace

PyMethodDef tensor_methods[] = {
    {"item", tensor_item, METH_NOARGS,
     R"(The value of a one-element tensor as a Python number.

Raises:
    ValueError: the tensor holds no value, or several.

Example:
    >>> import pynn
    >>> pynn.tensor([2.5]).item()
    2.5
)"},
    {"detach", detach, METH_NOARGS,
     R"(The same memory without history: no gradient flows through it.

Example:
    >>> import pynn
    >>> x = pynn.ones(2, requires_grad=True)
    >>> (x * 2).detach().requires_grad
    False
)"},
    {"requires_grad_", method<requires_grad_>(), kKeywords,
     R"(Sets ``requires_grad`` (default: True) and returns the tensor.

Raises:
    DTypeError: the elements are not floating-point.
    AutogradError: False for a tensor that was computed; detach it.

Example:
    >>> import pynn
    >>> pynn.ones(2).requires_grad_()
    tensor([1., 1.], requires_grad=True)
)"},
    {"size", method<size>(), kKeywords,
     R"(The shape, or with ``dim`` the size of one axis.

Raises:
    IndexError: there is no such axis.

Example:
    >>> import pynn
    >>> x = pynn.zeros(2, 3)
    >>> x.size(), x.size(-1)
    ((2, 3), 3)
)"},
    {"stride", method<stride>(), kKeywords,
     R"(The step between neighbours along each axis, or with ``dim`` along one, in elements.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 3).stride(), pynn.zeros(2, 3).T.stride(1)
    ((3, 1), 3)
)"},
    {"dim", dim, METH_NOARGS,
     R"(The number of axes.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 3).dim()
    2
)"},
    {"ndimension", dim, METH_NOARGS,
     R"(The number of axes.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 3).ndimension()
    2
)"},
    {"numel", numel, METH_NOARGS,
     R"(The number of elements.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 3).numel()
    6
)"},
    {"nelement", numel, METH_NOARGS,
     R"(The number of elements.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 3).nelement()
    6
)"},
    {"element_size", element_size, METH_NOARGS,
     R"(Bytes per element.

Example:
    >>> import pynn
    >>> pynn.zeros(3).element_size()
    4
)"},
    {"is_contiguous", is_contiguous, METH_NOARGS,
     R"(True if the elements lie in row-major order without gaps.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 3).T.is_contiguous()
    False
)"},
    {"data_ptr", data_ptr, METH_NOARGS,
     R"(The address of the first element: two views of one memory can be told by it.

Example:
    >>> import pynn
    >>> x = pynn.zeros(3)
    >>> x.data_ptr() == x.detach().data_ptr()
    True
)"},
    {"storage_offset", storage_offset, METH_NOARGS,
     R"(Where the first element stands in the memory that the tensor looks at, in elements.

Example:
    >>> import pynn
    >>> pynn.arange(5)[2:].storage_offset()
    2
)"},
    {"float", converted<DType::float32>, METH_NOARGS,
     R"(The tensor as float32; itself if it is that already.

Example:
    >>> import pynn
    >>> pynn.tensor([1, 2]).float()
    tensor([1., 2.])
)"},
    {"double", converted<DType::float64>, METH_NOARGS,
     R"(The tensor as float64; itself if it is that already.

Example:
    >>> import pynn
    >>> pynn.tensor([1, 2]).double()
    tensor([1., 2.], dtype=pynn.float64)
)"},
    {"long", converted<DType::int64>, METH_NOARGS,
     R"(The tensor as int64; itself if it is that already. Fractions are dropped.

Example:
    >>> import pynn
    >>> pynn.tensor([1.7, -1.7]).long()
    tensor([ 1, -1])
)"},
    {"int", converted<DType::int32>, METH_NOARGS,
     R"(The tensor as int32; itself if it is that already. Fractions are dropped.

Example:
    >>> import pynn
    >>> pynn.tensor([1.7]).int().dtype
    pynn.int32
)"},
    {"byte", converted<DType::uint8>, METH_NOARGS,
     R"(The tensor as uint8, numbers of 0 to 255; itself if it is that already.

Example:
    >>> import pynn
    >>> pynn.tensor([255]).byte().dtype
    pynn.uint8
)"},
    {"char", converted<DType::int8>, METH_NOARGS,
     R"(The tensor as int8, numbers of -128 to 127; itself if it is that already.

Example:
    >>> import pynn
    >>> pynn.tensor([-128]).char().dtype
    pynn.int8
)"},
    {"bfloat16", converted<DType::bfloat16>, METH_NOARGS,
     R"(The tensor as bfloat16, rounded to the nearest; itself if it is that already.

Example:
    >>> import pynn
    >>> pynn.tensor([3.14159]).bfloat16()
    tensor([3.1406], dtype=pynn.bfloat16)
)"},
    {"bool", converted<DType::boolean>, METH_NOARGS,
     R"(True where an element differs from 0; the tensor itself if it is bool already.

Example:
    >>> import pynn
    >>> pynn.tensor([0, 3]).bool()
    tensor([False,  True])
)"},
    {"is_floating_point", is_floating_point, METH_NOARGS,
     R"(True for float32 and float64.

Example:
    >>> import pynn
    >>> pynn.tensor([1, 2]).is_floating_point()
    False
)"},
    {"copy_", copy_, METH_O,
     R"(Overwrites the tensor with the values of ``source``, which broadcast and are converted.

Raises:
    ShapeError: the source's shape does not broadcast to this tensor's.

Example:
    >>> import pynn
    >>> pynn.zeros(2, 2).copy_(pynn.tensor([1, 2]))
    tensor([[1., 2.],
            [1., 2.]])
)"},
    {"fill_", fill_, METH_O,
     R"(Sets every element to ``value``, a number or a 0-d tensor.

Raises:
    ShapeError: the value is a tensor of several elements.

Example:
    >>> import pynn
    >>> pynn.zeros(3).fill_(0.5)
    tensor([0.5, 0.5, 0.5])
)"},
    {"zero_", zero_, METH_NOARGS,
     R"(Sets every element to 0.

Example:
    >>> import pynn
    >>> pynn.ones(3).zero_()
    tensor([0., 0., 0.])
)"},
    {"_make_subclass", method<make_subclass_of>(), METH_FASTCALL | METH_STATIC,
     "_make_subclass(cls, tensor, requires_grad=False): an instance of a subclass over the tensor's memory."},
    {}};

}  // namespace pynn
