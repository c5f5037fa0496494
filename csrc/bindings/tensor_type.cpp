// tensor_type.cpp — Tensor, the first hand-written type: a free list, number and mapping slots, the buffer
// protocol. What Python can say well (repr, conversions, ...) is added by pynn/_tensor.py.
#include "bindings/tensor_type.h"
#include "autograd/inplace.h"

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

constexpr PyObject* kFailed = nullptr;

PyObject* binary(const Op& op, PyObject* a, PyObject* b) {
  if (is_tensor(a) && is_tensor(b))
    return guard([&] { return wrap(call(op, tensor_of(a), tensor_of(b))); }, kFailed, op.name);
  if (!is_operand(a) || !is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
  return guard([&] { return wrap(call(op, to_tensor(a, op.name), to_tensor(b, op.name))); }, kFailed,
               op.name);
}
PyObject* binary_in_place(const Op& op, PyObject* a, PyObject* b) {
  if (!is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
  const auto run = [&] {
    const Tensor operand = to_tensor(b, op.name);
    const Value values[] = {make_value(tensor_of(a)), make_value(operand)};
    call_in_place(op, values);
    Py_INCREF(a);
    return a;
  };
  return guard(run, kFailed, op.name);
}
PyObject* unary(const Op& op, PyObject* x) {
  return guard([&] { return wrap(call(op, tensor_of(x))); }, kFailed, op.name);
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
        value_decides(t, "Python's buffer protocol");
        if ((flags & PyBUF_WRITABLE) && t.impl()->storage->read_only)
          throw py::buffer_error("this tensor's memory is read-only");
        if (!(flags & PyBUF_STRIDES) && !t.is_contiguous())
          throw py::buffer_error("this tensor is not contiguous");
        if (t.dtype() == DType::bfloat16)
          throw py::buffer_error("buffers know no bfloat16. Did you mean x.float()?");
        constexpr const char* formats[] = {"?", "B", "i", "q", "f", "d", "b"};
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

PyObject* make_subclass(PyTypeObject* type, const Tensor& tensor) {
  PyTensor* self = new_object(type);
  self->tensor = tensor.detach();
  self->tensor.impl()->python = self;
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
  static PyType_Slot slots[] = {
      {Py_tp_doc,
       const_cast<char*>(R"(An n-dimensional array of numbers that can remember how it was computed.

Make one with pynn.tensor(data), pynn.zeros(shape), pynn.from_numpy(array) ... Every op of pynn that takes a
tensor first is a method too, and one that ends in an underscore writes its result into the tensor itself.

Example:
    >>> import pynn
    >>> x = pynn.tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
)")},
      {Py_tp_new, slot<tensor_new>()},
      {Py_tp_init, slot<tensor_init>()},
      {Py_tp_dealloc, slot<tensor_dealloc>()},
      {Py_tp_methods, tensor_methods},
      {Py_tp_getset, tensor_attributes},
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
