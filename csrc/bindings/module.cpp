// module.cpp — the extension module pynn._core: types, ops by their homes, settings.
#include "bindings/python.h"
#include "core/allocator.h"
#include "core/autocast.h"
#include "core/parallel.h"
#include "core/precision.h"
#include "core/unlocked.h"
#include "kernels/gemm.h"
#include "kernels/gemm_narrow.h"
#include "kernels/winograd.h"

namespace py = pybind11;

namespace pynn {

namespace {

void define_errors(py::module_& m) {
  const auto make = [&](const char* name, PyObject* base, const char* doc) {
    PyObject* type = PyErr_NewExceptionWithDoc(text("pynn.", name).c_str(), doc, base, nullptr);
    if (!type) throw py::error_already_set();
    m.attr(name) = py::handle(type);
    return type;
  };
  shape_error = make("ShapeError", PyExc_ValueError,
                     "Shapes that do not fit together; the message says which and how to mend it.");
  dtype_error = make("DTypeError", PyExc_TypeError, "Elements of a type that the op does not take.");
  autograd_error = make("AutogradError", PyExc_RuntimeError, "A gradient that cannot be computed, and why.");
  py::register_exception_translator([](std::exception_ptr error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const Error&) {
      raise_current_exception();
    }
  });
}

bool has_method(const Op& op) {
  return op.home == Home::everywhere || op.home == Home::method || op.home == Home::activation;
}
bool is_top_level(const Op& op) {
  return op.home == Home::everywhere || op.home == Home::function || op.home == Home::activation;
}
bool is_functional(const Op& op) { return op.home == Home::functional || op.home == Home::activation; }

// Every op under its name and aliases: the whole of "binding an op".
void define_ops(py::module_& m) {
  py::module_ ops = m.def_submodule("ops", "Every registered op.");
  py::module_ functions = m.def_submodule("functions", "The ops that pynn exports at its top level.");
  py::module_ functional = m.def_submodule("functional", "The ops that pynn.nn.functional exports.");
  py::list records, function_names, functional_names;
  const py::handle tensor(reinterpret_cast<PyObject*>(tensor_type));
  for (const Op& op : registry()) {
    const py::object object = py::reinterpret_steal<py::object>(make_op_object(op, Form::function));
    records.append(object);
    std::vector<const char*> names = op.aliases;
    names.insert(names.begin(), op.name);
    const bool takes_tensor = !op.args.empty() && op.args[0].kind == Kind::tensor;
    const bool keeps_shape = takes_tensor && op.call && (op.kernel || op.in_place);
    const py::object twin = keeps_shape && has_method(op)
                                ? py::reinterpret_steal<py::object>(make_op_object(op, Form::in_place))
                                : py::object();
    for (const char* name : names) {
      ops.attr(name) = object;
      if (is_top_level(op)) {
        functions.attr(name) = object;
        function_names.append(name);
      }
      if (is_functional(op)) {
        functional.attr(name) = object;
        functional_names.append(name);
      }
      if (has_method(op) && takes_tensor) {
        tensor.attr(name) = object;
        if (twin) tensor.attr(text(name, "_").c_str()) = twin;
      }
    }
  }
  functions.attr("__all__") = function_names;
  functional.attr("__all__") = functional_names;
  const py::tuple all(records);
  m.def("registry", [all] { return all; }, "Every registered op, in the order of registration.");
  m.def("op_named",
        [](const char* name) { return py::module_::import("pynn._core").attr("ops").attr(name); });
}

// Threads do not survive a fork, and the team would wait for them forever.
bool is_forked_child = false;

constexpr const char* kPrecisions[] = {"highest", "high", "medium"};  // in the order of Precision

void define_settings(py::module_& m) {
  m.def("isa", &isa_name, R"(The instruction set whose kernels run: v2, v3 or v4 on x86-64, base elsewhere.

The environment variable PYNN_ISA asks for less than the processor offers.

Example:
    >>> import pynn
    >>> pynn.isa() in ("v2", "v3", "v4", "base")
    True
)");
  m.def("is_autocast_enabled", &autocast_enabled, R"(Whether this thread is inside a region of pynn.autocast.

Example:
    >>> import pynn
    >>> with pynn.autocast("bfloat16"):
    ...     pynn.is_autocast_enabled()
    True
)");
  m.def("set_autocast_enabled", &set_autocast_enabled, py::arg("enabled"));
  m.def("bf16_products", &bf16_products,
        "What bfloat16 products run on: 'AMX', 'AVX512_BF16', or 'widened' to float32.");
  m.def("float32_products", &float32_products,
        "What large float32 products run on below the highest precision: 'AMX' or 'multiply-adds'.");
  m.def("int8_products", &int8_products,
        "What int8 products run on: 'AMX', 'AVX512_VNNI', or 'widened' to int32.");
  m.def("get_num_threads", &num_threads,
        R"(How many threads a large op may use; at first, the cores it may run on.

PYNN_NUM_THREADS or OMP_NUM_THREADS in the environment sets another number to start from.

Example:
    >>> import pynn
    >>> pynn.get_num_threads() >= 1
    True
)");
  m.def(
      "set_num_threads",
      [](int n) {
        if (n < 1) throw ValueError(text("set_num_threads: expected 1 or more, got ", n));
        set_num_threads(is_forked_child ? 1 : n);
      },
      py::arg("n"),
      R"(Sets how many threads a large op may use. Results do not depend on it. A forked child keeps to one.

Args:
    n: 1 or more.

Raises:
    ValueError: n is below 1.

Example:
    >>> import pynn
    >>> before = pynn.get_num_threads()
    >>> pynn.set_num_threads(1)
    >>> pynn.get_num_threads()
    1
    >>> pynn.set_num_threads(before)
)");
  m.def("is_winograd_enabled", &winograd_allowed, R"(Whether 3 x 3 convolutions may take the shorter way.

Example:
    >>> import pynn
    >>> pynn.is_winograd_enabled()
    True
)");
  m.def("set_winograd_enabled", &allow_winograd, py::arg("enabled"),
        R"(Lets 3 x 3 convolutions of float32 take the shorter way, or forbids it.

Large ones of stride 1, forward and backward, take a quarter of the multiplications by the algorithm of Winograd.
Their error is up to twice that of the sum itself, some 1e-6 of the largest result; sums of whole numbers
are no longer exact, and a value that is not finite spreads to its neighbours in a tile of 4 x 4 outputs. Without
it, every output is one sum of products in a fixed order. float64 always is.

PYNN_WINOGRAD=0 in the environment forbids it from the start.

Args:
    enabled: True to allow it, which is the default.

Source: Lavin and Gray 2015, Fast algorithms for convolutional neural networks.

Example:
    >>> import pynn
    >>> pynn.set_winograd_enabled(False)
    >>> x, w = pynn.ones(1, 64, 32, 32), pynn.ones(64, 64, 3, 3)
    >>> pynn.nn.functional.conv2d(x, w).max().item()
    576.0
    >>> pynn.set_winograd_enabled(True)
)");
  m.def(
      "get_float32_matmul_precision", [] { return kPrecisions[int(float32_precision())]; },
      R"(The precision of float32 matrix products: "highest", "high" or "medium".

Example:
    >>> import pynn
    >>> pynn.get_float32_matmul_precision()
    'highest'
)");
  m.def(
      "set_float32_matmul_precision",
      [](std::string_view precision) {
        for (int i = 0; i < 3; ++i)
          if (precision == kPrecisions[i]) return set_float32_precision(Precision(i));
        throw ValueError(text("set_float32_matmul_precision: expected 'highest', 'high' or 'medium', got '",
                              precision, "'"));
      },
      py::arg("precision"),
      R"(Lets large matrix products of float32 be less precise and faster, where the CPU has AMX.

AMX multiplies matrices of bfloat16, which has eight bits, and sums in float32. A float32 is the sum of three
bfloat16, so that six products of such pieces make one of float32. For C = A B with k terms in each sum,

- "highest": multiply-adds of float32; |error| <= k 2^-24 sum |a| |b|.
- "high": three pieces for each number; the same bound, in other roundings. The mean error is about half.
- "medium": each number rounded to bfloat16; |error| <= (2^-7 + k 2^-24) sum |a| |b|.

The bounds hold for all finite inputs whose products are no denormal numbers; where numbers are so small, so
large, infinite or NaN that pieces would not do, multiply-adds take their place. They also do for products too
small to gain by it, and all of them on CPUs without AMX: there the precision changes nothing.

The setting is for matmul, linear and recurrent layers and their gradients, not for convolutions and attention;
of float32 tensors: float64 is always exact to its own digits, and autocast has its own way. It belongs to the
process, all threads; a recorded step keeps what it was recorded with, and is recorded anew under another.

Args:
    precision: "highest", which is the default, "high" or "medium".

Raises:
    ValueError: precision is another string.

Source: Henry, Tang and Heinecke 2019, Leveraging the bfloat16 artificial intelligence datatype for higher-precision
computations.

Example:
    >>> import pynn
    >>> x = pynn.randn(256, 256)
    >>> exact = x.double() @ x.double()
    >>> pynn.set_float32_matmul_precision("high")
    >>> ((x @ x).double() - exact).abs().max().item() < 1e-3
    True
    >>> pynn.set_float32_matmul_precision("highest")
)");
  m.def("use_one_thread_after_fork", [] {
    is_forked_child = true;
    set_num_threads(1);
  });
  m.def(
      "memory_stats",
      [] {
        const MemoryStats s = memory_stats();
        py::dict d;
        d["allocated_bytes"] = s.allocated_bytes;
        d["peak_allocated_bytes"] = s.peak_allocated_bytes;
        d["cached_bytes"] = s.cached_bytes;
        d["allocations"] = s.allocations;
        d["system_allocations"] = s.system_allocations;
        return d;
      },
      R"(What the tensor allocator holds, by name.

``allocated_bytes`` in live blocks and ``peak_allocated_bytes``, ``cached_bytes`` kept for later,
``allocations`` served so far, and ``system_allocations``, which the system was asked for.

Example:
    >>> import pynn
    >>> before = pynn.memory_stats()["allocated_bytes"]
    >>> thousand_zeros = pynn.zeros(1000)
    >>> pynn.memory_stats()["allocated_bytes"] - before >= 4000
    True
)");
  m.def("reset_peak_memory_stats", &reset_peak_memory_stats,
        R"(Lets the peak of memory_stats() begin anew at what is allocated now.

Example:
    >>> import pynn
    >>> pynn.reset_peak_memory_stats()
    >>> stats = pynn.memory_stats()
    >>> stats["peak_allocated_bytes"] == stats["allocated_bytes"]
    True
)");
  m.def("empty_cache", &empty_cache, R"(Gives memory cached for future tensors back to the system.

Example:
    >>> import pynn
    >>> pynn.empty_cache()
)");
  m.attr("version") = PYNN_VERSION;
}

}  // namespace

PYBIND11_MODULE(_core, m) {
  m.doc() = "The compiled core of pynn: tensors, ops, autograd.";
  set_unlock_hook({[]() -> void* { return PyGILState_Check() ? PyEval_SaveThread() : nullptr; },
                   [](void* state) { PyEval_RestoreThread(static_cast<PyThreadState*>(state)); }});
  define_errors(m);
  define_error_teacher(m);
  define_tensor_type(m);
  define_op_type(m);
  define_conversions(m);
  define_ops(m);
  define_autograd(m);
  define_dlpack(m);
  define_random(m);
  define_optim(m);
  define_record(m);
  define_trace(m);
  define_settings(m);
}

}  // namespace pynn
