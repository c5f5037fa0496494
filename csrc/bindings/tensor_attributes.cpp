// tensor_attributes.cpp — x.shape, x.T, x.grad ...: what is asked for without a call.
#include "autograd/engine.h"
#include "bindings/tensor_type.h"
#include "ops/ops.h"

namespace pynn {

PyObject* tuple_of(const Dims& dims) {
  PyObject* tuple = PyTuple_New(dims.n);
  for (int i = 0; tuple && i < dims.n; ++i) PyTuple_SET_ITEM(tuple, i, PyLong_FromLongLong(dims[i]));
  return tuple;
}

int set_requires_grad(PyObject* self, PyObject* value, void*) {
  return guard(
      [&] {
        const Tensor& t = tensor_of(self);
        const int wish = value ? PyObject_IsTrue(value) : -1;
        if (wish < 0) throw TypeError("requires_grad must be True or False");
        if (!t.is_leaf()) {
          if (!wish)
            throw AutogradError(
                "requires_grad can only be switched off on leaf tensors; this one was computed. Did you mean "
                "x.detach()?");
          return 0;
        }
        if (wish && !is_floating(t.dtype()))
          throw DTypeError(text("requires_grad needs floating-point elements, these are ", t.dtype(),
                                ". Did you mean x.float()?"));
        if (Watcher* w = watcher()) w->becomes_leaf(t);
        t.impl()->requires_grad = wish;
        return 0;
      },
      -1);
}

namespace {

PyObject* get_shape(PyObject* self, void*) { return tuple_of(tensor_of(self).shape()); }
PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromLong(tensor_of(self).ndim()); }
PyObject* get_dtype(PyObject* self, void*) {
  PyObject* dtype = dtype_object(tensor_of(self).dtype());
  Py_INCREF(dtype);
  return dtype;
}
PyObject* get_requires_grad(PyObject* self, void*) {
  return PyBool_FromLong(tensor_of(self).requires_grad());
}
PyObject* get_grad(PyObject* self, void*) {
  return guard([&] {
    TensorImpl& impl = *tensor_of(self).impl();
    if (Watcher* w = watcher()) w->grad_seen(impl);
    return wrap(Tensor(impl.grad));
  });
}
int set_grad(PyObject* self, PyObject* value, void*) {
  return guard(
      [&] {
        TensorImpl& impl = *tensor_of(self).impl();
        Watcher* const w = watcher();
        if (!value || value == Py_None) {
          if (w) w->grad_set(impl, {});
          impl.grad = {};
          return 0;
        }
        if (!is_tensor(value))
          throw TypeError(text("grad must be a Tensor or None, not ", Py_TYPE(value)->tp_name));
        const Tensor& grad = tensor_of(value);
        if (!(grad.shape() == impl.shape) || grad.dtype() != impl.dtype)
          throw ShapeError(text("grad must have the tensor's shape and dtype: ", impl.dtype, " ", impl.shape,
                                ", got ", grad.dtype(), " ", grad.shape()));
        if (w) w->grad_set(impl, grad);
        impl.grad = grad.ref();
        return 0;
      },
      -1);
}
PyObject* get_is_leaf(PyObject* self, void*) { return PyBool_FromLong(tensor_of(self).is_leaf()); }
PyObject* get_op_name(PyObject* self, void*) {  // the op that computed this, or None
  const Tensor& t = tensor_of(self);
  if (t.is_leaf()) Py_RETURN_NONE;
  return PyUnicode_FromString(t.impl()->node->op->name);
}
PyObject* get_version(PyObject* self, void*) {
  return PyLong_FromUnsignedLong(tensor_of(self).impl()->storage->version);
}

PyObject* get_T(PyObject* self, void*) {
  return guard([&] {
    const Tensor& x = tensor_of(self);
    Dims axes;
    for (int i = x.ndim(); i > 0; --i) axes.push_back(i - 1);
    return wrap(permute(x, axes));
  });
}
PyObject* get_mT(PyObject* self, void*) {
  return guard([&] {
    const Tensor& x = tensor_of(self);
    if (x.ndim() < 2) throw ShapeError(text("mT swaps the last two axes; this tensor has shape ", x.shape()));
    return wrap(transpose(x, -2, -1));
  });
}
PyObject* get_nbytes(PyObject* self, void*) {
  const Tensor& x = tensor_of(self);
  return PyLong_FromLongLong(x.numel() * itemsize(x.dtype()));
}
PyObject* get_itemsize(PyObject* self, void*) { return PyLong_FromLong(itemsize(tensor_of(self).dtype())); }

PyObject* get_data(PyObject* self, void*) {
  return guard([&] { return wrap(tensor_of(self).detach()); });
}
// x.data = y: the same Python object over other memory, as optimizers and loaders of weights use it.
int set_data(PyObject* self, PyObject* source, void*) {
  return guard(
      [&] {
        if (!source || !is_tensor(source))
          throw TypeError(text("data must be a Tensor, not ", source ? Py_TYPE(source)->tp_name : "nothing"));
        const TensorImpl& from = *tensor_of(source).impl();
        TensorImpl& into = *tensor_of(self).impl();
        if (into.node) throw AutogradError("data can only be set on a leaf tensor; this one was computed");
        refuse_in_recording("a tensor is given other memory (x.data = ...)");
        ++memory_changes;
        into.base = {};
        into.storage = from.storage;
        into.shape = from.shape;
        into.strides = from.strides;
        into.offset = from.offset;
        into.numel = from.numel;
        into.dtype = from.dtype;
        into.contiguous = from.contiguous;
        return 0;
      },
      -1);
}

}  // namespace

PyGetSetDef tensor_attributes[] = {
    {"shape", get_shape, nullptr, "The sizes of the axes, as a tuple.", nullptr},
    {"ndim", get_ndim, nullptr, "The number of axes.", nullptr},
    {"dtype", get_dtype, nullptr, "The type of the elements, such as pynn.float32.", nullptr},
    {"itemsize", get_itemsize, nullptr, "Bytes per element.", nullptr},
    {"nbytes", get_nbytes, nullptr, "Bytes of all elements.", nullptr},
    {"T", get_T, nullptr, "The tensor with its axes in reverse order: of a matrix, the transpose. A view.",
     nullptr},
    {"mT", get_mT, nullptr, "The tensor with its last two axes swapped: every matrix transposed. A view.",
     nullptr},
    {"data", get_data, set_data,
     "The same memory without history. Setting it lets this tensor look at another one's memory.", nullptr},
    {"requires_grad", get_requires_grad, set_requires_grad,
     "Whether backward() computes a gradient for this.", nullptr},
    {"grad", get_grad, set_grad, "The gradient that backward() accumulated here, or None.", nullptr},
    {"is_leaf", get_is_leaf, nullptr, "True unless an op that records a gradient computed this.", nullptr},
    {"op_name", get_op_name, nullptr, "The name of the op that computed this and recorded it, or None.",
     nullptr},
    {"_version", get_version, nullptr, "How often the memory was written in place.", nullptr},
    {}};

}  // namespace pynn
