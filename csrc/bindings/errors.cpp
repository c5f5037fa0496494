// errors.cpp — C++ exceptions as the Python exceptions a user expects.
#include <cctype>
#include <cstring>
#include <new>
#include <utility>

#include "bindings/python.h"

namespace pynn {

PyObject *shape_error, *dtype_error, *autograd_error;

// Whether a message begins with the name of the op: "sum: ..." or "sum(): ...".
static bool begins_with(const char* message, const char* op) {
  const size_t length = std::strlen(op);
  const char next = std::strncmp(message, op, length) == 0 ? message[length] : 'x';
  return !std::isalnum(static_cast<unsigned char>(next)) && next != '_';
}

// More about a mistake that many make: a function of Python, message -> message (pynn/_mistakes.py).
static PyObject* teacher = nullptr;

static std::string taught(std::string message) {
  if (!teacher) return message;
  try {
    return pybind11::str(pybind11::handle(teacher)(message));
  } catch (pybind11::error_already_set& error) {
    error.discard_as_unraisable("the explanation of an error");
    return message;
  }
}

void raise_current_exception(const char* op) {
  const auto raise = [op](PyObject* type, const std::exception& error) {
    const bool is_named = !op || begins_with(error.what(), op);
    PyErr_SetString(type, taught(is_named ? error.what() : text(op, ": ", error.what())).c_str());
  };
  try {
    throw;
  } catch (pybind11::error_already_set& error) {
    error.restore();
  } catch (const ShapeError& error) {
    raise(shape_error, error);
  } catch (const DTypeError& error) {
    raise(dtype_error, error);
  } catch (const AutogradError& error) {
    raise(autograd_error, error);
  } catch (const IndexError& error) {
    raise(PyExc_IndexError, error);
  } catch (const ValueError& error) {
    raise(PyExc_ValueError, error);
  } catch (const TypeError& error) {
    raise(PyExc_TypeError, error);
  } catch (const MemoryError& error) {
    raise(PyExc_MemoryError, error);
  } catch (const std::bad_alloc& error) {
    raise(PyExc_MemoryError, error);
  } catch (const pybind11::builtin_exception& error) {
    error.set_error();
  } catch (const std::exception& error) {
    raise(PyExc_RuntimeError, error);
  }
}

void define_error_teacher(pybind11::module_& m) {
  m.def(
      "teach_errors_with",
      [](pybind11::object function) { Py_XDECREF(std::exchange(teacher, function.release().ptr())); },
      pybind11::arg("function"), "Lets function(message) say more about what ops complain of.");
}

}  // namespace pynn
