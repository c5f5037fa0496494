// op_type.cpp — Op, the second hand-written type: one object is the Python function and the method, and
// carries the record of its op. Arguments are bound without a dictionary, a tuple or a heap allocation.
#include <cstring>

#include "autograd/inplace.h"
#include "bindings/python.h"

#include <structmember.h>

namespace py = pybind11;

namespace pynn {

PyTypeObject* op_type;

namespace {

struct PyOp {
  PyObject_HEAD vectorcallfunc call;
  const Op* op;
  Form form;
  PyObject* names[kMaxArgs];        // interned
  PyObject* other_names[kMaxArgs];  // dim for axis, keepdims for keepdim, input/self for x; or null
  PyObject* result_type;            // a named tuple's class, or null
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

  void bind(const PyOp& self, PyObject* const* args, Py_ssize_t positional, PyObject* keywords);
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

const Tensor undefined_tensor;

void Arguments::read_ints(Ints& out, PyObject* object, size_t i) {
  if (object == Py_None) {
    out.present = false;
    return;
  }
  if (PyTuple_Check(object) || PyList_Check(object)) {
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(object); ++k) {
      PyObject* item = PySequence_Fast_GET_ITEM(object, k);
      out.push_back(PyLong_CheckExact(item) ? PyLong_AsLongLong(item) : to_int(item, what(i).c_str()));
    }
    if (PyErr_Occurred()) throw py::error_already_set();
    return;
  }
  if (is_tensor(object) && tensor_of(object).ndim() == 1) {
    const Tensor t = tensor_of(object).to(DType::int64).contiguous();
    for (int64_t k = 0; k < t.numel(); ++k) out.push_back(t.data<int64_t>()[k]);
    return;
  }
  if (!PyIndex_Check(object))
    throw TypeError(text(what(i), " must be an int or a tuple of ints, not ", Py_TYPE(object)->tp_name));
  out.push_back(PyLong_CheckExact(object) ? PyLong_AsLongLong(object) : to_int(object, what(i).c_str()));
  if (out.back() == -1 && PyErr_Occurred()) throw py::error_already_set();
}

void Arguments::set(size_t i, PyObject* object) {
  const Arg& arg = op_.args[i];
  Value& v = values_[i];
  switch (arg.kind) {
    case Kind::tensor:
      if (is_tensor(object))
        v.tensor = &tensor_of(object);
      else if (object == Py_None && !arg.required())
        v.tensor = &undefined_tensor;
      else {
        const bool number =
            PyFloat_CheckExact(object) || PyLong_CheckExact(object);  // cannot fail: no text to make
        tensors_[i] = number ? to_tensor(object, op_.name) : to_tensor(object, what(i).c_str());
        v.tensor = &tensors_[i];
      }
      return;
    case Kind::tensors: {
      const py::object sequence =
          py::reinterpret_steal<py::object>(is_tensor(object) ? nullptr : PySequence_Fast(object, ""));
      if (!sequence) {
        PyErr_Clear();
        throw TypeError(text(what(i), " must be a list or tuple of Tensors, not ", Py_TYPE(object)->tp_name));
      }
      const Py_ssize_t n = PySequence_Fast_GET_SIZE(sequence.ptr());
      list_.reserve(size_t(n));
      for (Py_ssize_t k = 0; k < n; ++k) {
        PyObject* item = PySequence_Fast_GET_ITEM(sequence.ptr(), k);
        list_.push_back(is_tensor(item)   ? tensor_of(item)  // no text to make
                        : item == Py_None ? Tensor()
                                          : to_tensor(item, what(i).c_str()));
      }
      list_view_ = {list_.data(), list_.size()};
      v.tensors = &list_view_;
      return;
    }
    case Kind::integer:
      v.integer = PyLong_CheckExact(object) ? PyLong_AsLongLong(object) : to_int(object, what(i).c_str());
      if (v.integer == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        throw ValueError(text(what(i), " does not fit 64 bits"));
      }
      return;
    case Kind::real:
      if (PyFloat_CheckExact(object))
        v.real = PyFloat_AS_DOUBLE(object);
      else {
        if (PyUnicode_Check(object)) throw TypeError(text(what(i), " must be a number, not str"));
        v.real = PyFloat_AsDouble(object);
        if (v.real == -1 && PyErr_Occurred()) {
          PyErr_Clear();
          throw TypeError(text(what(i), " must be a number, not ", Py_TYPE(object)->tp_name));
        }
      }
      return;
    case Kind::boolean: {
      if (PyBool_Check(object))
        v.boolean = object == Py_True;
      else {
        const int truth =
            PyIndex_Check(object) || is_tensor(object) || PyObject_HasAttrString(object, "dtype")
                ? PyObject_IsTrue(object)
                : -1;
        if (truth < 0) {
          PyErr_Clear();
          throw TypeError(text(what(i), " must be a bool, not ", Py_TYPE(object)->tp_name));
        }
        v.boolean = truth != 0;
      }
      return;
    }
    case Kind::ints: {
      Ints& out = new_ints();
      read_ints(out, object, i);
      v.ints = &out;
      return;
    }
    case Kind::dtype:
      try {
        v.dtype = to_dtype(object);
      } catch (const TypeError& error) {
        throw TypeError(text(what(i), ": ", error.what()));
      }
      return;
    case Kind::string: {
      if (!PyUnicode_Check(object))
        throw TypeError(text(what(i), " must be a str, not ", Py_TYPE(object)->tp_name));
      Py_ssize_t size = 0;
      const char* chars = PyUnicode_AsUTF8AndSize(object, &size);
      if (!chars) throw py::error_already_set();
      if (strings_used_ == 3) throw std::logic_error("an op has more strings than the binding foresees");
      strings_[strings_used_] = {chars, size_t(size)};
      v.string = &strings_[strings_used_++];
      return;
    }
  }
}

void Arguments::set_default(size_t i) {
  const Arg& arg = op_.args[i];
  Value& v = values_[i];
  if (arg.required()) throw TypeError(text(op_.name, "(): argument '", arg.name, "' is missing"));
  const bool is_none = std::holds_alternative<None>(arg.fallback);
  const auto as_number = [&]() -> double {
    if (const auto* x = std::get_if<double>(&arg.fallback)) return *x;
    if (const auto* x = std::get_if<int64_t>(&arg.fallback)) return double(*x);
    if (const auto* x = std::get_if<bool>(&arg.fallback)) return *x;
    throw std::logic_error(text(what(i), ": its default does not fit its type"));
  };
  switch (arg.kind) {
    case Kind::tensor:
      if (is_none)
        v.tensor = &undefined_tensor;
      else {
        const double x = as_number();
        tensors_[i] = std::holds_alternative<double>(arg.fallback) ? number(x) : number(int64_t(x));
        v.tensor = &tensors_[i];
      }
      return;
    case Kind::tensors:
      v.tensors = &list_view_;
      return;
    case Kind::integer:
      v.integer = int64_t(as_number());
      return;
    case Kind::real:
      v.real = as_number();
      return;
    case Kind::boolean:
      v.boolean = as_number() != 0;
      return;
    case Kind::ints: {
      Ints& out = new_ints();
      if (is_none)
        out.present = false;
      else if (const auto* list = std::get_if<Ints>(&arg.fallback))
        out = *list;
      else
        out.push_back(int64_t(as_number()));
      v.ints = &out;
      return;
    }
    case Kind::dtype:
      v.dtype = DType::none;
      return;
    case Kind::string: {
      const auto* chars = std::get_if<const char*>(&arg.fallback);
      strings_[strings_used_] = chars ? *chars : "";
      v.string = &strings_[strings_used_++];
      return;
    }
  }
}

void Arguments::bind(const PyOp& self, PyObject* const* args, Py_ssize_t positional, PyObject* keywords) {
  const size_t want = op_.args.size();
  uint32_t given = 0;
  size_t next = 0;
  for (Py_ssize_t k = 0; k < positional; ++k, ++next) {
    if (next < want && op_.args[next].variadic && PyIndex_Check(args[k]) && !is_tensor(args[k])) {
      Ints& out = new_ints();  // x.reshape(2, 3): every integer that follows
      while (k < positional && PyIndex_Check(args[k]) && !PyBool_Check(args[k]))
        read_ints(out, args[k++], next);
      --k;
      values_[next].ints = &out;
      given |= 1u << next;
      continue;
    }
    if (next >= want)
      throw TypeError(
          text(op_.name, "() takes ", want, want == 1 ? " argument, got " : " arguments, got ", positional));
    set(next, args[k]);
    given |= 1u << next;
  }
  if (keywords) {
    const Py_ssize_t count = PyTuple_GET_SIZE(keywords);
    for (Py_ssize_t k = 0; k < count; ++k) {
      PyObject* key = PyTuple_GET_ITEM(keywords, k);
      size_t i = 0;
      while (i < want && self.names[i] != key && self.other_names[i] != key) ++i;
      if (i == want)  // an equal string that is another object
        for (i = 0; i < want; ++i)
          if (PyUnicode_Compare(self.names[i], key) == 0 ||
              (self.other_names[i] && PyUnicode_Compare(self.other_names[i], key) == 0))
            break;
      if (i == want) {
        std::string known;
        for (const Arg& arg : op_.args) known += (known.empty() ? "" : ", ") + std::string(arg.name);
        throw TypeError(
            text(op_.name, "(): no argument is named ", std::string(py::repr(key)), "; it takes ", known));
      }
      if (given >> i & 1)
        throw TypeError(text(op_.name, "(): argument '", op_.args[i].name, "' is given twice"));
      set(i, args[positional + k]);
      given |= 1u << i;
    }
  }
  for (size_t i = 0; i < want; ++i)
    if (!(given >> i & 1)) set_default(i);
}

// result(), where a shape that was found to be impossible below the ops gets the name of the op.
template <class Result>
auto naming(const Op& op, Result&& result) {
  try {
    return result();
  } catch (const ImpossibleShape& error) {
    throw ShapeError(text(op.name, ": ", error.what()));
  }
}

PyObject* op_vectorcall(PyObject* self_object, PyObject* const* args, size_t flags, PyObject* keywords) {
  const PyOp& self = *reinterpret_cast<PyOp*>(self_object);
  const Op& op = *self.op;
  return guard([&]() -> PyObject* {
    Arguments arguments(op);
    arguments.bind(self, args, PyVectorcall_NARGS(flags), keywords);
    if (op.call_many) {
      std::vector<Tensor> outputs = naming(op, [&] { return op.call_many(op, arguments.values()); });
      PyObject* tuple = wrap(std::move(outputs));
      if (!self.result_type || !tuple) return tuple;
      PyObject* named = PyObject_Call(self.result_type, tuple, nullptr);
      Py_DECREF(tuple);
      return named;
    }
    Tensor y = naming(op, [&] { return op.call(op, arguments.values()); });
    if (self.form == Form::function) return wrap(std::move(y));
    assign_in_place(*arguments.values()[0].tensor, std::move(y), op.name);
    Py_INCREF(args[0]);
    return args[0];
  });
}

PyObject* op_bind_to_instance(PyObject* self, PyObject* instance, PyObject*) {
  if (!instance) {
    Py_INCREF(self);
    return self;
  }
  return PyMethod_New(self, instance);
}

std::string argument_type(const Arg& arg) {
  constexpr const char* names[] = {"Tensor", "Sequence[Tensor]",    "int",   "float",
                                   "bool",   "int | Sequence[int]", "dtype", "str"};
  std::string type = names[int(arg.kind)];
  if (std::holds_alternative<None>(arg.fallback)) type += " | None";
  return type;
}

std::string default_text(const Arg& arg) {
  if (const auto* v = std::get_if<bool>(&arg.fallback)) return *v ? "True" : "False";
  if (const auto* v = std::get_if<int64_t>(&arg.fallback)) return text(*v);
  if (const auto* v = std::get_if<double>(&arg.fallback)) return std::string(py::repr(py::float_(*v)));
  if (const auto* v = std::get_if<const char*>(&arg.fallback)) return text('"', *v, '"');
  if (const auto* v = std::get_if<Ints>(&arg.fallback)) return text(static_cast<const Dims&>(*v));
  return "None";
}

py::object signature_of(const Op& op) {
  std::string s = "(";
  for (size_t i = 0; i < op.args.size(); ++i) {
    const Arg& arg = op.args[i];
    if (i) s += ", ";
    s += std::string(arg.name) + ": " + argument_type(arg);
    if (!arg.required()) s += " = " + default_text(arg);
  }
  return py::str(s + ")");
}

std::string home_name(Home home) {
  constexpr const char* names[] = {"everywhere", "function",   "method",
                                   "functional", "activation", "internal"};
  return names[int(home)];
}

// Text is Python's business: pynn/_op_docs.py leaves a function here that writes an op's docstring.
PyObject* documentation_writer = nullptr;

py::object documentation(const PyOp& self) {
  if (!documentation_writer) return py::str(self.op->doc);
  const py::handle op(reinterpret_cast<PyObject*>(const_cast<PyOp*>(&self)));
  return py::handle(documentation_writer)(op);
}

using Getter = py::object (*)(const PyOp&);
template <Getter get>
PyObject* getter(PyObject* self, void*) {
  return guard([&] { return get(*reinterpret_cast<PyOp*>(self)).release().ptr(); });
}
py::object strings(const std::vector<const char*>& list) {
  py::tuple out(list.size());
  for (size_t i = 0; i < list.size(); ++i) out[i] = py::str(list[i]);
  return out;
}
py::object arguments_of(const Op& op) {
  py::list out;
  for (const Arg& arg : op.args)
    out.append(py::make_tuple(arg.name, argument_type(arg),
                              arg.required() ? py::object(py::none()) : py::str(default_text(arg)),
                              arg.required(), arg.variadic));
  return py::tuple(out);
}

#define PYNN_GETTER(expression)                                                                         \
  getter<[]([[maybe_unused]] const PyOp& self) -> py::object { return expression; }>, nullptr, nullptr, \
      nullptr
PyGetSetDef op_getset[] = {
    {"__name__", PYNN_GETTER(py::str(std::string(self.op->name) + (self.form == Form::in_place ? "_" : "")))},
    {"__qualname__", PYNN_GETTER(py::str(self.op->name))},
    {"__module__", PYNN_GETTER(py::str("pynn"))},
    {"__doc__", PYNN_GETTER(documentation(self))},
    {"__text_signature__", PYNN_GETTER(py::none())},
    {"name", PYNN_GETTER(py::str(self.op->name))},
    {"doc", PYNN_GETTER(py::str(self.op->doc))},
    {"formula", PYNN_GETTER(py::str(self.op->formula))},
    {"gradient", PYNN_GETTER(py::str(self.op->gradient))},
    {"reference", PYNN_GETTER(py::str(self.op->reference))},
    {"samples", PYNN_GETTER(strings(self.op->samples))},
    {"source", PYNN_GETTER(py::str(self.op->source))},
    {"home", PYNN_GETTER(py::str(home_name(self.op->home)))},
    {"aliases", PYNN_GETTER(strings(self.op->aliases))},
    {"outputs", PYNN_GETTER(strings(self.op->outputs))},
    {"file", PYNN_GETTER(py::str(self.op->file))},
    {"signature", PYNN_GETTER(signature_of(*self.op))},
    {"args", PYNN_GETTER(arguments_of(*self.op))},
    {"differentiable", PYNN_GETTER(py::bool_(self.op->differentiable()))},
    {"twice_differentiable", PYNN_GETTER(py::bool_(self.op->backward_in_ops != nullptr))},
    {"several_outputs", PYNN_GETTER(py::bool_(self.op->call_many != nullptr))},
    {}};
#undef PYNN_GETTER

PyObject* op_repr(PyObject* self) {
  const Op& op = *reinterpret_cast<PyOp*>(self)->op;
  return guard([&] {
    return py::str(text("<op ", op.name, std::string(py::str(signature_of(op))), ">")).release().ptr();
  });
}
PyObject* op_reduce(PyObject* self, PyObject*) {  // pickled by name
  return guard([&] {
    return py::make_tuple(py::module_::import("pynn._core").attr("op_named"),
                          py::make_tuple(reinterpret_cast<PyOp*>(self)->op->name))
        .release()
        .ptr();
  });
}
PyMethodDef op_methods[] = {{"__reduce__", op_reduce, METH_NOARGS, nullptr}, {}};

PyMemberDef op_members[] = {{"__vectorcalloffset__", T_PYSSIZET, offsetof(PyOp, call), READONLY, nullptr},
                            {}};

PyObject* interned(const char* s) { return PyUnicode_InternFromString(s); }

PyObject* other_name(const char* name) {
  if (!std::strcmp(name, "axis")) return interned("dim");
  if (!std::strcmp(name, "keepdim")) return interned("keepdims");
  if (!std::strcmp(name, "x") || !std::strcmp(name, "a")) return interned("input");
  if (!std::strcmp(name, "b")) return interned("other");
  if (!std::strcmp(name, "axes")) return interned("dims");
  return nullptr;
}

}  // namespace

const Op& op_named(const char* name) {
  if (const Op* op = find_op(name)) return *op;
  for (const Op& op : registry())
    for (const char* alias : op.aliases)
      if (!std::strcmp(alias, name)) return op;
  throw std::logic_error(text("pynn was built without the op ", name));
}

PyObject* make_op_object(const Op& op, Form form) {
  if (op.args.size() > size_t(kMaxArgs)) throw std::logic_error(text(op.name, ": too many arguments"));
  auto* self = PyObject_New(PyOp, op_type);
  self->call = op_vectorcall;
  self->op = &op;
  self->form = form;
  self->result_type = nullptr;
  for (size_t i = 0; i < op.args.size(); ++i) {
    self->names[i] = interned(op.args[i].name);
    self->other_names[i] = other_name(op.args[i].name);
  }
  if (!op.outputs.empty()) {
    const py::object namedtuple = py::module_::import("collections").attr("namedtuple");
    self->result_type = namedtuple(op.name, strings(op.outputs), py::arg("module") = "pynn").release().ptr();
  }
  return reinterpret_cast<PyObject*>(self);
}

void define_op_type(py::module_& m) {
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                                {Py_tp_descr_get, reinterpret_cast<void*>(op_bind_to_instance)},
                                {Py_tp_repr, reinterpret_cast<void*>(op_repr)},
                                {Py_tp_getset, op_getset},
                                {Py_tp_members, op_members},
                                {Py_tp_methods, op_methods},
                                {0, nullptr}};
  static PyType_Spec spec = {"pynn._core.Op", sizeof(PyOp), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR |
                                 Py_TPFLAGS_DISALLOW_INSTANTIATION,
                             slots};
  op_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!op_type) throw py::error_already_set();
  m.attr("Op") = py::handle(reinterpret_cast<PyObject*>(op_type));
  m.def(
      "write_documentation_with",
      [](py::object writer) { Py_XDECREF(std::exchange(documentation_writer, writer.release().ptr())); },
      py::arg("writer"), "Lets writer(op) give the docstring of every op.");
}

}  // namespace pynn
