// tensor_type.cpp — Tensor, the first hand-written type: a free list, number and mapping slots, the buffer
// protocol. What Python can say well (repr, conversions, ...) is added by pynn/_tensor.py.
#include "autograd/inplace.h"
#include "bindings/python.h"

#include <structmember.h>

namespace py = pybind11;

namespace pynn {

PyTypeObject* tensor_type;

namespace {

PyTensor* free_list[256];
int free_count = 0;

PyTensor* new_object(PyTypeObject* type) {
  PyTensor* self;
  if (type == tensor_type && free_count > 0) {
    self = free_list[--free_count];
    PyObject_Init(reinterpret_cast<PyObject*>(self), type);
  } else {
    self = reinterpret_cast<PyTensor*>(type->tp_alloc(type, 0));
    if (!self) throw py::error_already_set();
  }
  new (&self->tensor) Tensor();
  self->weak_references = nullptr;
  return self;
}

void tensor_dealloc(PyObject* object) {
  auto* self = reinterpret_cast<PyTensor*>(object);
  PyTypeObject* type = Py_TYPE(object);
  if (self->weak_references) PyObject_ClearWeakRefs(object);
  if (self->tensor && self->tensor.impl()->python == object) self->tensor.impl()->python = nullptr;
  self->tensor.~Tensor();
  if (type == tensor_type && free_count < 256)
    free_list[free_count++] = self;
  else
    type->tp_free(object);
  Py_DECREF(type);
}

// Tensor(data): for subclasses, and for those who call the class.
PyObject* tensor_new(PyTypeObject* type, PyObject* args, PyObject*) {
  return guard([&]() -> PyObject* {
    if (PyTuple_GET_SIZE(args) < 1)
      throw TypeError("Tensor(data): data is missing. Did you mean pynn.zeros(shape)?");
    PyTensor* self = new_object(type);
    const py::object owner = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(self));
    PyObject* data = PyTuple_GET_ITEM(args, 0);
    self->tensor = is_tensor(data) ? tensor_of(data).detach() : make_tensor(data, DType::none);
    self->tensor.impl()->python = self;
    return owner.inc_ref().ptr();
  });
}
int tensor_init(PyObject*, PyObject*, PyObject*) { return 0; }

// ---- numbers -------------------------------------------------------------------------------------

bool is_operand(PyObject* object) {
  return is_tensor(object) || PyFloat_Check(object) || PyLong_Check(object) ||
         PyObject_HasAttrString(object, "__array__") || PyList_Check(object);
}

PyObject* binary(const Op& op, PyObject* a, PyObject* b) {
  if (is_tensor(a) && is_tensor(b)) return guard([&] { return wrap(call(op, tensor_of(a), tensor_of(b))); });
  if (!is_operand(a) || !is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
  return guard([&] { return wrap(call(op, to_tensor(a, op.name), to_tensor(b, op.name))); });
}
PyObject* binary_in_place(const Op& op, PyObject* a, PyObject* b) {
  if (!is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
  return guard([&] {
    assign_in_place(tensor_of(a), call(op, tensor_of(a), to_tensor(b, op.name)), op.name);
    Py_INCREF(a);
    return a;
  });
}
PyObject* unary(const Op& op, PyObject* x) {
  return guard([&] { return wrap(call(op, tensor_of(x))); });
}

#define PYNN_BINARY(slot, op)                                                                             \
  PyObject* slot(PyObject* a, PyObject* b) {                                                              \
    static const Op* const record = guard([] { return &op_named(op); }, static_cast<const Op*>(nullptr)); \
    return record ? binary(*record, a, b) : nullptr;                                                      \
  }
#define PYNN_IN_PLACE(slot, op)                                                                           \
  PyObject* slot(PyObject* a, PyObject* b) {                                                              \
    static const Op* const record = guard([] { return &op_named(op); }, static_cast<const Op*>(nullptr)); \
    return record ? binary_in_place(*record, a, b) : nullptr;                                             \
  }
#define PYNN_UNARY(slot, op)                                                                              \
  PyObject* slot(PyObject* x) {                                                                           \
    static const Op* const record = guard([] { return &op_named(op); }, static_cast<const Op*>(nullptr)); \
    return record ? unary(*record, x) : nullptr;                                                          \
  }
PYNN_BINARY(number_add, "add")
PYNN_BINARY(number_sub, "sub")
PYNN_BINARY(number_mul, "mul")
PYNN_BINARY(number_div, "div")
PYNN_BINARY(number_floor_divide, "floor_divide")
PYNN_BINARY(number_remainder, "remainder")
PYNN_BINARY(number_pow_two, "pow")
PYNN_BINARY(number_matmul, "matmul")
PYNN_BINARY(number_and, "bitwise_and")
PYNN_BINARY(number_or, "bitwise_or")
PYNN_BINARY(number_xor, "bitwise_xor")
PYNN_BINARY(number_lshift, "bitwise_left_shift")
PYNN_BINARY(number_rshift, "bitwise_right_shift")
PYNN_IN_PLACE(number_iadd, "add")
PYNN_IN_PLACE(number_isub, "sub")
PYNN_IN_PLACE(number_imul, "mul")
PYNN_IN_PLACE(number_idiv, "div")
PYNN_IN_PLACE(number_ifloor_divide, "floor_divide")
PYNN_IN_PLACE(number_iremainder, "remainder")
PYNN_IN_PLACE(number_ipow_two, "pow")
PYNN_IN_PLACE(number_iand, "bitwise_and")
PYNN_IN_PLACE(number_ior, "bitwise_or")
PYNN_IN_PLACE(number_ixor, "bitwise_xor")
PYNN_UNARY(number_negative, "neg")
PYNN_UNARY(number_absolute, "abs")
PYNN_UNARY(number_invert, "bitwise_not")
PYNN_BINARY(compare_lt, "lt")
PYNN_BINARY(compare_le, "le")
PYNN_BINARY(compare_eq, "eq")
PYNN_BINARY(compare_ne, "ne")
PYNN_BINARY(compare_gt, "gt")
PYNN_BINARY(compare_ge, "ge")
#undef PYNN_BINARY
#undef PYNN_IN_PLACE
#undef PYNN_UNARY

PyObject* number_positive(PyObject* x) {
  Py_INCREF(x);
  return x;
}
PyObject* number_pow(PyObject* a, PyObject* b, PyObject*) { return number_pow_two(a, b); }
PyObject* number_ipow(PyObject* a, PyObject* b, PyObject*) { return number_ipow_two(a, b); }

PyObject* tensor_compare(PyObject* a, PyObject* b, int how) {
  if (!is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
  constexpr PyObject* (*functions[])(PyObject*, PyObject*) = {compare_lt, compare_le, compare_eq,
                                                              compare_ne, compare_gt, compare_ge};
  return functions[how](a, b);
}
Py_hash_t tensor_hash(PyObject* self) { return _Py_HashPointer(self); }

int number_bool(PyObject* self) {
  return guard(
      [&] {
        const Tensor& t = tensor_of(self);
        if (t.numel() != 1)
          throw ValueError(text("the truth of a tensor of shape ", t.shape(),
                                " is not one value. Did you mean x.any(), x.all() or x.numel() > 0?"));
        return int(t.item<bool>());
      },
      -1);
}
PyObject* tensor_item(PyObject* self, PyObject*) {
  return guard([&]() -> PyObject* {
    const Tensor& t = tensor_of(self);
    if (t.dtype() == DType::boolean) return PyBool_FromLong(t.item<bool>());
    return is_floating(t.dtype()) ? PyFloat_FromDouble(t.item<double>())
                                  : PyLong_FromLongLong(t.item<int64_t>());
  });
}
PyObject* number_float(PyObject* self) {
  return guard([&] { return PyFloat_FromDouble(tensor_of(self).item<double>()); });
}
PyObject* number_int(PyObject* self) {
  return guard([&] {
    const Tensor& t = tensor_of(self);
    return is_floating(t.dtype()) ? PyLong_FromDouble(t.item<double>())
                                  : PyLong_FromLongLong(t.item<int64_t>());
  });
}
PyObject* number_index(PyObject* self) {
  return guard([&] {
    const Tensor& t = tensor_of(self);
    if (t.numel() != 1 || is_floating(t.dtype()))
      throw TypeError(text("only an integer tensor of one element can be an index, this one is ", t.dtype(),
                           " of shape ", t.shape()));
    return PyLong_FromLongLong(t.item<int64_t>());
  });
}

// ---- sequence and buffer ---------------------------------------------------------------------------

Py_ssize_t tensor_length(PyObject* self) {
  return guard(
      [&]() -> Py_ssize_t {
        const Tensor& t = tensor_of(self);
        if (t.ndim() == 0) throw TypeError("a 0-d tensor has no length. Did you mean x.item()?");
        return t.size(0);
      },
      Py_ssize_t(-1));
}
PyObject* tensor_at(PyObject* self, Py_ssize_t i) {
  const py::object index = py::reinterpret_steal<py::object>(PyLong_FromSsize_t(i));
  return tensor_getitem(self, index.ptr());
}
PyObject* tensor_iter(PyObject* self) {
  if (tensor_of(self).ndim() > 0) return PySeqIter_New(self);
  PyErr_SetString(PyExc_TypeError, "a 0-d tensor cannot be iterated over. Did you mean x.item()?");
  return nullptr;
}

struct BufferGeometry {
  Py_ssize_t shape[kMaxAxes], strides[kMaxAxes];
};
int tensor_getbuffer(PyObject* self, Py_buffer* view, int flags) {
  return guard(
      [&] {
        const Tensor& t = tensor_of(self);
        if ((flags & PyBUF_WRITABLE) && t.impl()->storage->read_only)
          throw py::buffer_error("this tensor's memory is read-only");
        if (!(flags & PyBUF_STRIDES) && !t.is_contiguous())
          throw py::buffer_error("this tensor is not contiguous");
        constexpr const char* formats[] = {"?", "B", "i", "q", "f", "d"};
        auto geometry = std::make_unique<BufferGeometry>();
        const int size = itemsize(t.dtype());
        for (int i = 0; i < t.ndim(); ++i) {
          geometry->shape[i] = t.shape()[i];
          geometry->strides[i] = t.strides()[i] * size;
        }
        *view = {};
        view->buf = t.bytes();
        view->len = t.numel() * size;
        view->itemsize = size;
        view->readonly = t.impl()->storage->read_only;
        view->format = (flags & PyBUF_FORMAT) ? const_cast<char*>(formats[int(t.dtype())]) : nullptr;
        view->ndim = t.ndim();
        view->shape = geometry->shape;
        view->strides = (flags & PyBUF_STRIDES) ? geometry->strides : nullptr;
        view->internal = geometry.release();
        Py_INCREF(self);
        view->obj = self;
        return 0;
      },
      -1);
}
void tensor_releasebuffer(PyObject*, Py_buffer* view) {
  const std::unique_ptr<BufferGeometry> geometry(static_cast<BufferGeometry*>(view->internal));
}

// ---- attributes ------------------------------------------------------------------------------------

PyObject* tuple_of(const Dims& dims) {
  PyObject* tuple = PyTuple_New(dims.n);
  for (int i = 0; tuple && i < dims.n; ++i) PyTuple_SET_ITEM(tuple, i, PyLong_FromLongLong(dims[i]));
  return tuple;
}
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
        t.impl()->requires_grad = wish;
        return 0;
      },
      -1);
}
PyObject* get_grad(PyObject* self, void*) {
  return guard([&] { return wrap(Tensor(tensor_of(self).impl()->grad)); });
}
int set_grad(PyObject* self, PyObject* value, void*) {
  return guard(
      [&] {
        TensorImpl& impl = *tensor_of(self).impl();
        if (!value || value == Py_None) {
          impl.grad = {};
          return 0;
        }
        if (!is_tensor(value))
          throw TypeError(text("grad must be a Tensor or None, not ", Py_TYPE(value)->tp_name));
        const Tensor& grad = tensor_of(value);
        if (!(grad.shape() == impl.shape) || grad.dtype() != impl.dtype)
          throw ShapeError(text("grad must have the tensor's shape and dtype: ", impl.dtype, " ", impl.shape,
                                ", got ", grad.dtype(), " ", grad.shape()));
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

PyGetSetDef tensor_getset[] = {
    {"shape", get_shape, nullptr, "The sizes of the axes, as a tuple.", nullptr},
    {"ndim", get_ndim, nullptr, "The number of axes.", nullptr},
    {"dtype", get_dtype, nullptr, "The type of the elements, such as pynn.float32.", nullptr},
    {"requires_grad", get_requires_grad, set_requires_grad,
     "Whether backward() computes a gradient for this.", nullptr},
    {"grad", get_grad, set_grad, "The gradient that backward() accumulated here, or None.", nullptr},
    {"is_leaf", get_is_leaf, nullptr, "True unless an op that records a gradient computed this.", nullptr},
    {"op_name", get_op_name, nullptr, "The name of the op that computed this and recorded it, or None.",
     nullptr},
    {"_version", get_version, nullptr, "How often the memory was written in place.", nullptr},
    {}};

// ---- methods ---------------------------------------------------------------------------------------

PyObject* tensor_detach(PyObject* self, PyObject*) {
  return guard([&] { return wrap(tensor_of(self).detach()); });
}
PyObject* tensor_requires_grad_(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (set_requires_grad(self, n > 0 ? args[0] : Py_True, nullptr) < 0) return nullptr;
  Py_INCREF(self);
  return self;
}
PyObject* tensor_numel(PyObject* self, PyObject*) { return PyLong_FromLongLong(tensor_of(self).numel()); }
PyObject* tensor_stride(PyObject* self, PyObject*) { return tuple_of(tensor_of(self).strides()); }
PyObject* tensor_is_contiguous(PyObject* self, PyObject*) {
  return PyBool_FromLong(tensor_of(self).is_contiguous());
}
PyObject* tensor_data_ptr(PyObject* self, PyObject*) { return PyLong_FromVoidPtr(tensor_of(self).bytes()); }
PyObject* tensor_make_subclass(PyObject*, PyObject* const* args, Py_ssize_t n) {
  return guard([&]() -> PyObject* {
    if (n < 2 || !PyType_Check(args[0]) || !is_tensor(args[1]))
      throw TypeError("_make_subclass(cls, tensor, requires_grad=False)");
    PyTensor* self = new_object(reinterpret_cast<PyTypeObject*>(args[0]));
    const py::object owner = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(self));
    self->tensor = tensor_of(args[1]).detach();
    self->tensor.impl()->python = self;
    if (n > 2 && set_requires_grad(owner.ptr(), args[2], nullptr) < 0) throw py::error_already_set();
    return owner.inc_ref().ptr();
  });
}
// x.data = y: the same Python object over other memory, as optimizers and loaders of weights use it.
PyObject* tensor_set_data(PyObject* self, PyObject* source) {
  return guard([&]() -> PyObject* {
    if (!is_tensor(source)) throw TypeError(text("data must be a Tensor, not ", Py_TYPE(source)->tp_name));
    const TensorImpl& from = *tensor_of(source).impl();
    TensorImpl& into = *tensor_of(self).impl();
    if (into.node) throw AutogradError("data can only be set on a leaf tensor; this one was computed");
    into.base = {};
    into.storage = from.storage;
    into.shape = from.shape;
    into.strides = from.strides;
    into.offset = from.offset;
    into.numel = from.numel;
    into.dtype = from.dtype;
    into.contiguous = from.contiguous;
    Py_RETURN_NONE;
  });
}

template <auto function>
PyCFunction fast() {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(function));
}
PyMethodDef tensor_methods[] = {
    {"item", tensor_item, METH_NOARGS, "The value of a one-element tensor as a Python number."},
    {"detach", tensor_detach, METH_NOARGS, "The same memory without history."},
    {"requires_grad_", fast<tensor_requires_grad_>(), METH_FASTCALL,
     "Sets requires_grad and returns the tensor."},
    {"numel", tensor_numel, METH_NOARGS, "The number of elements."},
    {"_strides", tensor_stride, METH_NOARGS, "The step between neighbours along each axis, in elements."},
    {"is_contiguous", tensor_is_contiguous, METH_NOARGS,
     "True if the elements lie in row-major order without gaps."},
    {"data_ptr", tensor_data_ptr, METH_NOARGS, "The address of the first element."},
    {"_make_subclass", fast<tensor_make_subclass>(), METH_FASTCALL | METH_STATIC,
     "_make_subclass(cls, tensor, requires_grad=False): an instance of a subclass over the tensor's memory."},
    {"_set_data", tensor_set_data, METH_O, "Lets this tensor look at another one's memory."},
    {}};

PyMemberDef tensor_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PyTensor, weak_references), READONLY, nullptr}, {}};

template <auto function>
void* slot() {
  return reinterpret_cast<void*>(function);
}

}  // namespace

PyObject* wrap(Tensor tensor) {
  if (!tensor) Py_RETURN_NONE;
  if (tensor.impl()->python) {
    auto* object = static_cast<PyObject*>(tensor.impl()->python);
    Py_INCREF(object);
    return object;
  }
  PyTensor* self = new_object(tensor_type);
  tensor.impl()->python = self;
  tensor.impl()->is_number = false;  // from here on a tensor like any other
  self->tensor = std::move(tensor);
  return reinterpret_cast<PyObject*>(self);
}

PyObject* wrap(std::vector<Tensor> tensors) {
  PyObject* tuple = PyTuple_New(Py_ssize_t(tensors.size()));
  if (!tuple) throw py::error_already_set();
  for (size_t i = 0; i < tensors.size(); ++i)
    PyTuple_SET_ITEM(tuple, Py_ssize_t(i), wrap(std::move(tensors[i])));
  return tuple;
}

void define_tensor_type(py::module_& m) {
  static PyType_Slot slots[] = {{Py_tp_new, slot<tensor_new>()},
                                {Py_tp_init, slot<tensor_init>()},
                                {Py_tp_dealloc, slot<tensor_dealloc>()},
                                {Py_tp_methods, tensor_methods},
                                {Py_tp_getset, tensor_getset},
                                {Py_tp_members, tensor_members},
                                {Py_tp_richcompare, slot<tensor_compare>()},
                                {Py_tp_hash, slot<tensor_hash>()},
                                {Py_tp_iter, slot<tensor_iter>()},
                                {Py_nb_add, slot<number_add>()},
                                {Py_nb_subtract, slot<number_sub>()},
                                {Py_nb_multiply, slot<number_mul>()},
                                {Py_nb_true_divide, slot<number_div>()},
                                {Py_nb_floor_divide, slot<number_floor_divide>()},
                                {Py_nb_remainder, slot<number_remainder>()},
                                {Py_nb_power, slot<number_pow>()},
                                {Py_nb_matrix_multiply, slot<number_matmul>()},
                                {Py_nb_and, slot<number_and>()},
                                {Py_nb_or, slot<number_or>()},
                                {Py_nb_xor, slot<number_xor>()},
                                {Py_nb_lshift, slot<number_lshift>()},
                                {Py_nb_rshift, slot<number_rshift>()},
                                {Py_nb_inplace_add, slot<number_iadd>()},
                                {Py_nb_inplace_subtract, slot<number_isub>()},
                                {Py_nb_inplace_multiply, slot<number_imul>()},
                                {Py_nb_inplace_true_divide, slot<number_idiv>()},
                                {Py_nb_inplace_floor_divide, slot<number_ifloor_divide>()},
                                {Py_nb_inplace_remainder, slot<number_iremainder>()},
                                {Py_nb_inplace_power, slot<number_ipow>()},
                                {Py_nb_inplace_and, slot<number_iand>()},
                                {Py_nb_inplace_or, slot<number_ior>()},
                                {Py_nb_inplace_xor, slot<number_ixor>()},
                                {Py_nb_negative, slot<number_negative>()},
                                {Py_nb_positive, slot<number_positive>()},
                                {Py_nb_absolute, slot<number_absolute>()},
                                {Py_nb_invert, slot<number_invert>()},
                                {Py_nb_bool, slot<number_bool>()},
                                {Py_nb_int, slot<number_int>()},
                                {Py_nb_float, slot<number_float>()},
                                {Py_nb_index, slot<number_index>()},
                                {Py_mp_length, slot<tensor_length>()},
                                {Py_mp_subscript, slot<tensor_getitem>()},
                                {Py_mp_ass_subscript, slot<tensor_setitem>()},
                                {Py_sq_item, slot<tensor_at>()},
                                {Py_bf_getbuffer, slot<tensor_getbuffer>()},
                                {Py_bf_releasebuffer, slot<tensor_releasebuffer>()},
                                {0, nullptr}};
  static PyType_Spec spec = {"pynn.Tensor", sizeof(PyTensor), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                             slots};
  tensor_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!tensor_type) throw py::error_already_set();
  const py::handle type(reinterpret_cast<PyObject*>(tensor_type));
  // ndarray + Tensor comes to Tensor.__radd__ instead of being taken apart element by element.
  type.attr("__array_ufunc__") = py::none();
  type.attr("__array_priority__") = 1000;
  m.attr("Tensor") = type;
}

}  // namespace pynn
