// op_type.cpp — Op, the second hand-written type: one object is the Python function and the method, and
// carries the record of its op.
#include <cstring>

#include "autograd/inplace.h"
#include "bindings/arguments.h"

#include <structmember.h>

namespace py = pybind11;

namespace pynn {

PyTypeObject* op_type;

namespace {

struct PyOp {
  PyObject_HEAD vectorcallfunc call;
  const Op* op;
  Form form;
  ArgumentNames names;
  PyObject* result_type;  // a named tuple's class, or null
};

PyObject* op_vectorcall(PyObject* self_object, PyObject* const* args, size_t flags, PyObject* keywords) {
  const PyOp& self = *reinterpret_cast<PyOp*>(self_object);
  const Op& op = *self.op;
  const auto run = [&]() -> PyObject* {
    Arguments arguments(op);
    arguments.bind(self.names, args, PyVectorcall_NARGS(flags), keywords);
    if (op.call_many) {
      std::vector<Tensor> outputs = op.call_many(op, arguments.values());
      PyObject* tuple = wrap(std::move(outputs));
      if (!self.result_type || !tuple) return tuple;
      PyObject* named = PyObject_Call(self.result_type, tuple, nullptr);
      Py_DECREF(tuple);
      return named;
    }
    if (self.form == Form::function) return wrap(op.call(op, arguments.values()));
    call_in_place(op, arguments.values());
    Py_INCREF(args[0]);
    return args[0];
  };
  return guard(run, static_cast<PyObject*>(nullptr), op.name);
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

const char* autocast_name(Autocast policy) {
  constexpr const char* names[] = {"keep", "bfloat16", "float32"};
  return names[int(policy)];
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
    {"elementwise", PYNN_GETTER(py::bool_(self.op->kernel != nullptr))},
    {"twice_differentiable", PYNN_GETTER(py::bool_(self.op->backward_in_ops != nullptr))},
    {"autocast", PYNN_GETTER(py::str(autocast_name(self.op->autocast)))},
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
  self->names = ArgumentNames(op);
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
