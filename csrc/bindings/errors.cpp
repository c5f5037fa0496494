// errors.cpp — C++ exceptions as the Python exceptions a user expects.
#include <new>

#include "bindings/python.h"

namespace pynn {

PyObject *shape_error, *dtype_error, *autograd_error;

void raise_current_exception() {
  const auto raise = [](PyObject* type, const std::exception& error) { PyErr_SetString(type, error.what()); };
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
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const pybind11::builtin_exception& error) {
    error.set_error();
  } catch (const std::exception& error) {
    raise(PyExc_RuntimeError, error);
  }
}

}  // namespace pynn
