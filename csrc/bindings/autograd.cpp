// autograd.cpp — backward, grad, hooks, grad mode, and ops whose forward and backward are Python.
#include "autograd/engine.h"
#include "autograd/inplace.h"
#include "bindings/python.h"
#include "kernels/random.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <cmath>
#include <unordered_set>

namespace py = pybind11;

namespace pynn {

namespace {

std::shared_ptr<Hooks> hooks_of(const Tensor& t, const char* what) {
  if (!t.requires_grad())
    throw AutogradError(text(what, ": this tensor does not require a gradient, so none will ever arrive"));
  TensorImpl& impl = *t.impl();
  if (!impl.hooks) {
    impl.hooks = std::make_shared<Hooks>();
    impl.hooks->owner = &impl;
    if (impl.node) {
      if (!impl.node->output_hooks) impl.node->output_hooks = std::make_unique<std::vector<OutputHooks>>();
      impl.node->output_hooks->push_back({impl.output_index, impl.hooks});
    }
  }
  return impl.hooks;
}

// Owned by C++ objects that may die anywhere the lock is held.
using PyRef = std::shared_ptr<py::object>;

int64_t register_hook(const Tensor& t, const py::object& hook) {
  static int64_t next_id = 0;
  refuse_in_recording("a gradient hook is registered");
  const std::shared_ptr<Hooks> hooks = hooks_of(t, "register_hook");
  const auto callable = std::make_shared<py::object>(hook);
  hooks->entries.push_back({++next_id, [callable](const Tensor& gradient) -> Tensor {
                              const py::object result = (*callable)(gradient);
                              if (result.is_none()) return {};
                              if (!is_tensor(result.ptr()))
                                throw TypeError(text("a gradient hook must return a Tensor or None, not ",
                                                     Py_TYPE(result.ptr())->tp_name));
                              const Tensor& replaced = tensor_of(result.ptr());
                              if (!(replaced.shape() == gradient.shape()))
                                throw ShapeError(text("a gradient hook changed the shape from ",
                                                      gradient.shape(), " to ", replaced.shape()));
                              return replaced;
                            }});
  return next_id;
}
void remove_hook(const Tensor& t, int64_t id) {
  if (const auto& hooks = t.impl()->hooks)
    std::erase_if(hooks->entries, [id](const Hooks::Entry& entry) { return entry.id == id; });
}
void retain_grad(const Tensor& t) {
  if (!t.is_leaf()) hooks_of(t, "retain_grad")->retain_grad = true;
}

// ---- ops written in Python ---------------------------------------------------------------------------

struct PythonState {  // what a recorded call of a Function needs in backward
  PyRef context;      // the ctx object its forward filled
  std::vector<Shape> input_shapes;
  std::vector<bool> is_tensor_argument;
  std::vector<Shape> output_shapes;
  std::vector<DType> output_dtypes;
};

Gradients python_backward(const Op&, const Context& context, const Tensor* dy) {
  const auto& state = std::any_cast<const PythonState&>(context.extra);
  py::object ctx = *state.context;
  const std::string who = py::str(ctx.attr("_function").attr("__name__"));
  py::tuple saved = py::reinterpret_steal<py::tuple>(wrap(context.load_tensors()));
  ctx.attr("saved_tensors") = saved;
  py::tuple arguments(state.output_shapes.size() + 1);
  arguments[0] = ctx;
  for (size_t i = 0; i < state.output_shapes.size(); ++i)
    arguments[i + 1] = py::cast(dy[i] ? dy[i] : zeros(state.output_shapes[i], state.output_dtypes[i]));
  py::object result = ctx.attr("_function").attr("backward")(*arguments);
  ctx.attr("saved_tensors") = py::tuple();
  if (!py::isinstance<py::tuple>(result)) result = py::make_tuple(result);
  const py::tuple returned = result;
  if (returned.size() != state.is_tensor_argument.size())
    throw AutogradError(text(who, ".backward returned ", returned.size(), " gradients; forward took ",
                             state.is_tensor_argument.size(),
                             " arguments, and each needs one (None where there is none)"));
  Gradients gradients;
  size_t k = 0;
  for (size_t i = 0; i < returned.size(); ++i) {
    const py::object item = returned[i];
    if (!state.is_tensor_argument[i]) continue;
    Tensor g;
    if (!item.is_none()) {
      if (!is_tensor(item.ptr()))
        throw TypeError(text(who, ".backward: gradient ", i, " must be a Tensor or None, not ",
                             Py_TYPE(item.ptr())->tp_name));
      g = tensor_of(item.ptr());
      if (!(g.shape() == state.input_shapes[k]))
        throw ShapeError(text(who, ".backward: gradient ", i, " has shape ", g.shape(), ", its input has ",
                              state.input_shapes[k]));
    }
    gradients.push_back(g);
    ++k;
  }
  return gradients;
}

const Op& python_op() {
  static const Op op = [] {
    Op made(OpInfo{.name = "Function", .home = Home::internal});
    made.backward = python_backward;
    made.backward_in_ops = python_backward;
    return made;
  }();
  return op;
}

// Function.apply: forward under no_grad, then one node that calls backward.
py::object apply_function(const py::object& function, const py::object& ctx, const py::tuple& args) {
  refuse_in_recording("an autograd.Function written in Python is applied");
  PythonState state;
  std::vector<const Tensor*> inputs;
  py::tuple needs(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    PyObject* arg = PyTuple_GET_ITEM(args.ptr(), Py_ssize_t(i));
    state.is_tensor_argument.push_back(is_tensor(arg));
    needs[i] = is_tensor(arg) && tensor_of(arg).requires_grad();
    if (!is_tensor(arg)) continue;
    inputs.push_back(&tensor_of(arg));
    state.input_shapes.push_back(tensor_of(arg).shape());
  }
  ctx.attr("needs_input_grad") = needs;
  Recorder recorder(python_op(), inputs.data(), inputs.size());
  py::object result;
  {
    const GradMode off(false);
    result = function.attr("forward")(ctx, *args);
  }
  Context& context = recorder.context();
  const bool single = !py::isinstance<py::tuple>(result);
  const py::tuple outputs = single ? py::make_tuple(result) : py::tuple(result);
  std::vector<Tensor> tensors;
  for (const py::handle item : outputs) {
    if (!is_tensor(item.ptr()))
      throw TypeError(text(std::string(py::str(function.attr("__name__"))),
                           ".forward must return Tensors, got ", Py_TYPE(item.ptr())->tp_name));
    tensors.push_back(tensor_of(item.ptr()));
  }
  if (context.records()) {
    // Outputs get their history on fresh handles; what forward saved is matched against them by identity.
    std::vector<Tensor> fresh;
    for (const Tensor& t : tensors) {
      fresh.push_back(t.detach());
      state.output_shapes.push_back(t.shape());
      state.output_dtypes.push_back(t.dtype());
    }
    for (const py::handle item : ctx.attr("_to_save")) {
      Tensor t = item.is_none() ? Tensor() : tensor_of(item.ptr());
      for (size_t i = 0; i < tensors.size(); ++i)
        if (t && t.ref() == tensors[i].ref()) t = fresh[i];
      context.save_tensor(t);
    }
    ctx.attr("_to_save") = py::tuple();
    state.context = std::make_shared<py::object>(ctx);
    context.extra = std::move(state);
    tensors = std::move(fresh);
  }
  recorder.finish(tensors);
  if (single) return py::cast(tensors[0]);
  return py::reinterpret_steal<py::object>(wrap(std::move(tensors)));
}

std::vector<Tensor> tensors_from(const py::object& object, const char* what) {
  if (is_tensor(object.ptr())) return {tensor_of(object.ptr())};
  std::vector<Tensor> tensors;
  for (const py::handle item : object) {
    if (!item.is_none() && !is_tensor(item.ptr()))
      throw TypeError(text(what, " must be Tensors, got ", Py_TYPE(item.ptr())->tp_name));
    tensors.push_back(item.is_none() ? Tensor() : tensor_of(item.ptr()));
  }
  return tensors;
}

}  // namespace

void define_autograd(py::module_& m) {
  py::module_ a = m.def_submodule("_autograd", "The parts of pynn.autograd that are C++.");
  a.def(
      "backward",
      [](const py::object& tensors, const py::object& gradients, bool retain_graph, bool create_graph) {
        const std::vector<Tensor> ys = tensors_from(tensors, "backward: tensors");
        const std::vector<Tensor> dys =
            gradients.is_none() ? std::vector<Tensor>() : tensors_from(gradients, "backward: gradients");
        backward(ys, dys, {retain_graph, create_graph});
      },
      py::arg("tensors"), py::arg("gradients") = py::none(), py::arg("retain_graph") = false,
      py::arg("create_graph") = false);
  a.def(
      "grad",
      [](const py::object& outputs, const py::object& inputs, const py::object& gradients, bool retain_graph,
         bool create_graph, bool allow_unused) {
        const std::vector<Tensor> ys = tensors_from(outputs, "grad: outputs"),
                                  xs = tensors_from(inputs, "grad: inputs");
        const std::vector<Tensor> dys =
            gradients.is_none() ? std::vector<Tensor>() : tensors_from(gradients, "grad: grad_outputs");
        for (const Tensor& x : xs)
          if (!x.requires_grad())
            throw AutogradError(
                "grad: an input does not require a gradient. Did you mean x.requires_grad_()?");
        std::vector<Tensor> dxs = gradients_of(ys, dys, xs, {retain_graph, create_graph});
        for (size_t i = 0; i < dxs.size() && !allow_unused; ++i)
          if (!dxs[i])
            throw AutogradError(text("grad: the outputs do not depend on input ", i,
                                     ". Pass allow_unused=True to get None for it."));
        return py::reinterpret_steal<py::object>(wrap(std::move(dxs)));
      },
      py::arg("outputs"), py::arg("inputs"), py::arg("gradients") = py::none(),
      py::arg("retain_graph") = false, py::arg("create_graph") = false, py::arg("allow_unused") = false);
  a.def("is_grad_enabled", &grad_enabled);
  a.def("set_grad_enabled", &set_grad_enabled);
  a.def("register_hook", &register_hook);
  a.def("remove_hook", &remove_hook);
  a.def("retain_grad", &retain_grad);
  a.def("assign_in_place", [](const Tensor& target, const Tensor& result, const std::string& name) {
    // The engine's messages refer to the name later on: it has to stay.
    static std::unordered_set<std::string> names;
    assign_in_place(target, result, names.insert(name).first->c_str());
  });
  // Random numbers straight into a tensor's memory; False: make them first, and assign.
  a.def("draw_uniform", [](const Tensor& x, double low, double high) {
    const bool is_fine = is_wide_float(x.dtype()) && low <= high && std::isfinite(high - low);
    if (!is_fine || !may_write_over(x, "uniform")) return false;
    fill_uniform(x, low, high);
    return true;
  });
  a.def("draw_normal", [](const Tensor& x, double mean, double std) {
    if (!is_wide_float(x.dtype()) || !(std >= 0) || !may_write_over(x, "normal")) return false;
    fill_normal(x, mean, std);
    return true;
  });
  a.def("apply_function", &apply_function);
  a.def("parents", [](const Tensor& t) {  // (op name, number of inputs) of the node, for graph drawings
    py::list out;
    if (t.is_leaf()) return out;
    for (const Edge& edge : t.impl()->node->inputs)
      out.append(edge.node   ? py::object(py::str(edge.node->op->name))
                 : edge.leaf ? py::cast(Tensor(edge.leaf))
                             : py::none());
    return out;
  });
}

}  // namespace pynn
