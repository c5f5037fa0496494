// dlpack.cpp — tensors to and from other libraries without a copy, by the DLPack protocol (dmlc.github.io,
// "DLPack: Open In Memory Tensor Structure", version 1.0): __dlpack__, __dlpack_device__, from_dlpack.
#include "bindings/python.h"

#include <pybind11/stl.h>

namespace py = pybind11;

namespace pynn {

namespace {

// The protocol's structures; their layout is fixed by it.
struct DLDevice {
  int32_t type;  // 1: main memory
  int32_t id;
};
struct DLDataType {
  uint8_t code;  // 0 int, 1 uint, 2 float, 4 bfloat, 6 bool
  uint8_t bits;
  uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor tensor;
  void* owner;
  void (*deleter)(DLManagedTensor*);
};
struct DLManagedTensorVersioned {
  struct {
    uint32_t major, minor;
  } version;
  void* owner;
  void (*deleter)(DLManagedTensorVersioned*);
  uint64_t flags;  // bit 0: read-only
  DLTensor tensor;
};
constexpr int32_t kMainMemory = 1;
constexpr uint64_t kReadOnly = 1;

DLDataType to_dlpack(DType t) {
  constexpr uint8_t codes[] = {6, 1, 0, 0, 2, 2, 0, 4};
  return {codes[int(t)], uint8_t(8 * itemsize(t)), 1};
}
DType from_dlpack_type(DLDataType t) {
  for (int i = 0; i < kDTypes; ++i) {
    const DLDataType ours = to_dlpack(DType(i));
    if (ours.code == t.code && ours.bits == t.bits && t.lanes == 1) return DType(i);
  }
  throw DTypeError(
      text("from_dlpack: pynn has no dtype for DLPack code ", int(t.code), " of ", int(t.bits), " bits"));
}

// What a capsule owns: the tensor, and the arrays that the protocol points to.
template <class Managed>
struct Export {
  Managed managed;
  Tensor tensor;
};
template <class Managed>
void free_export(Managed* managed) {
  const py::gil_scoped_acquire lock;
  const std::unique_ptr<Export<Managed>> owned(static_cast<Export<Managed>*>(managed->owner));
}
template <class Managed>
void free_capsule(PyObject* capsule, const char* name) {
  if (!PyCapsule_IsValid(capsule, name)) return;  // renamed: a consumer took it over
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  managed->deleter(managed);
}

template <class Managed>
std::unique_ptr<Export<Managed>> make_export(const Tensor& t) {
  auto out = std::make_unique<Export<Managed>>();
  out->tensor = t.detach();
  TensorImpl& impl = *out->tensor.impl();
  out->managed.owner = out.get();
  out->managed.deleter = free_export<Managed>;
  out->managed.tensor = {out->tensor.bytes(),
                         {kMainMemory, 0},
                         impl.shape.n,
                         to_dlpack(impl.dtype),
                         impl.shape.d,
                         impl.strides.d,
                         0};
  return out;
}

py::object to_capsule(const Tensor& self, const py::object&, const py::object& max_version,
                      const py::object& dl_device, const py::object& copy) {
  refuse_in_recording("a tensor is handed to another library (DLPack)");
  if (self.requires_grad())
    throw AutogradError(
        "__dlpack__: this tensor requires a gradient, which others would not record. Did you mean "
        "x.detach()?");
  if (!dl_device.is_none() && dl_device.cast<std::pair<int, int>>().first != kMainMemory)
    throw ValueError("__dlpack__: pynn's tensors are in main memory (device type 1)");
  Tensor t = self;
  if (!copy.is_none() && copy.cast<bool>()) {
    t = empty(self.shape(), self.dtype());
    copy_into(t, self);
  }
  const bool versioned = !max_version.is_none() && max_version.cast<std::pair<int, int>>().first >= 1;
  const bool read_only = t.impl()->storage->read_only;
  PyObject* capsule;
  if (versioned) {
    auto out = make_export<DLManagedTensorVersioned>(t);
    out->managed.version = {1, 0};
    out->managed.flags = read_only ? kReadOnly : 0;
    capsule = PyCapsule_New(&out->managed, "dltensor_versioned", [](PyObject* self_capsule) {
      free_capsule<DLManagedTensorVersioned>(self_capsule, "dltensor_versioned");
    });
    if (capsule) out.release();
  } else {
    if (read_only) throw ValueError("__dlpack__: read-only memory needs DLPack 1.0; pass copy=True");
    auto out = make_export<DLManagedTensor>(t);
    capsule = PyCapsule_New(&out->managed, "dltensor", [](PyObject* self_capsule) {
      free_capsule<DLManagedTensor>(self_capsule, "dltensor");
    });
    if (capsule) out.release();
  }
  if (!capsule) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(capsule);
}

template <class Managed>
void release_import(void* owner) {
  auto* managed = static_cast<Managed*>(owner);
  if (managed->deleter) managed->deleter(managed);
}

template <class Managed>
Tensor import_tensor(PyObject* capsule, const char* name, const char* used_name, bool read_only) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  if (!managed) throw py::error_already_set();
  const DLTensor& source = managed->tensor;
  if (source.device.type != kMainMemory)
    throw ValueError(text("from_dlpack: the data is on a device of type ", source.device.type,
                          "; move it to the CPU first"));
  if (source.ndim < 0 || source.ndim > kMaxAxes)
    throw ShapeError(
        text("from_dlpack: a tensor has at most ", kMaxAxes, " axes, this one has ", source.ndim));
  Shape shape;
  Strides strides;
  for (int i = 0; i < source.ndim; ++i) shape.push_back(source.shape[i]);
  if (source.strides)
    for (int i = 0; i < source.ndim; ++i) strides.push_back(source.strides[i]);
  else
    strides = row_major(shape);
  Tensor t = from_memory(static_cast<char*>(source.data) + source.byte_offset, shape, strides,
                         from_dlpack_type(source.dtype), managed, release_import<Managed>, read_only);
  PyCapsule_SetName(capsule, used_name);  // ours now
  return t;
}

Tensor from_dlpack(const py::object& source) {
  py::object capsule = source;
  if (!PyCapsule_CheckExact(source.ptr())) {
    if (!py::hasattr(source, "__dlpack__"))
      throw TypeError(text("from_dlpack: ", Py_TYPE(source.ptr())->tp_name, " does not offer __dlpack__"));
    try {
      capsule = source.attr("__dlpack__")(py::arg("max_version") = py::make_tuple(1, 0));
    } catch (py::error_already_set& error) {
      if (!error.matches(PyExc_TypeError)) throw;
      capsule = source.attr("__dlpack__")();  // a producer from before version 1
    }
  }
  if (PyCapsule_IsValid(capsule.ptr(), "dltensor_versioned")) {
    auto* managed =
        static_cast<DLManagedTensorVersioned*>(PyCapsule_GetPointer(capsule.ptr(), "dltensor_versioned"));
    if (managed->version.major > 1)
      throw ValueError(
          text("from_dlpack: DLPack version ", managed->version.major, " is newer than pynn knows"));
    return import_tensor<DLManagedTensorVersioned>(capsule.ptr(), "dltensor_versioned",
                                                   "used_dltensor_versioned", managed->flags & kReadOnly);
  }
  if (PyCapsule_IsValid(capsule.ptr(), "dltensor"))
    return import_tensor<DLManagedTensor>(capsule.ptr(), "dltensor", "used_dltensor", false);
  throw ValueError("from_dlpack: expected an unused DLPack capsule");
}

}  // namespace

void define_dlpack(py::module_& m) {
  m.def("to_dlpack", &to_capsule, py::arg("tensor"), py::arg("stream") = py::none(),
        py::arg("max_version") = py::none(), py::arg("dl_device") = py::none(), py::arg("copy") = py::none());
  m.def("from_dlpack", &from_dlpack, py::arg("source"),
        R"(A tensor over the memory of any object that offers __dlpack__ (NumPy, PyTorch, JAX, ...).

Args:
    source: the object, or a DLPack capsule.

Raises:
    TypeError: the object offers no __dlpack__.
    ValueError: its memory is not the CPU's.

Source: DLPack, an open in-memory tensor structure, version 1.

Example:
    >>> import numpy as np
    >>> import pynn
    >>> pynn.from_dlpack(np.arange(3))
    tensor([0, 1, 2])
)");
}

}  // namespace pynn
