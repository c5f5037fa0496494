#include "bindings/arguments.h"

#include <cstring>

namespace py = pybind11;

namespace pynn {

namespace {

const Tensor undefined_tensor;

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

ArgumentNames::ArgumentNames(const Op& op) {
  for (size_t i = 0; i < op.args.size(); ++i) {
    first[i] = interned(op.args[i].name);
    second[i] = other_name(op.args[i].name);
  }
}

int64_t Arguments::read_int(PyObject* object, size_t i) const {
  if (PyLong_CheckExact(object)) {  // no text is made for what cannot fail
    int overflow = 0;
    const long long v = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (!overflow) return v;
  }
  return to_int(object, what(i).c_str());
}

void Arguments::read_ints(Ints& out, PyObject* object, size_t i) {
  if (object == Py_None) {
    out.present = false;
    return;
  }
  if (PyTuple_Check(object) || PyList_Check(object)) {
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(object); ++k) {
      PyObject* item = PySequence_Fast_GET_ITEM(object, k);
      out.push_back(read_int(item, i));
    }
    return;
  }
  if (is_tensor(object) && tensor_of(object).ndim() == 1) {
    if (!is_integral(tensor_of(object).dtype()))
      throw TypeError(text(what(i), " must hold ints, not ", tensor_of(object).dtype()));
    value_decides(tensor_of(object), what(i).c_str());
    const Tensor t = tensor_of(object).to(DType::int64).contiguous();
    for (int64_t k = 0; k < t.numel(); ++k) out.push_back(t.data<int64_t>()[k]);
    return;
  }
  if (!PyIndex_Check(object))
    throw TypeError(text(what(i), " must be an int or a tuple of ints, not ", Py_TYPE(object)->tp_name));
  out.push_back(read_int(object, i));
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
      v.integer = read_int(object, i);
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

void Arguments::bind(const ArgumentNames& names, PyObject* const* args, Py_ssize_t positional,
                     PyObject* keywords) {
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
      while (i < want && names.first[i] != key && names.second[i] != key) ++i;
      if (i == want)  // an equal string that is another object
        for (i = 0; i < want; ++i)
          if (PyUnicode_Compare(names.first[i], key) == 0 ||
              (names.second[i] && PyUnicode_Compare(names.second[i], key) == 0))
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

}  // namespace pynn
