// optim.cpp — pynn._core.optim: a group of parameters, and a step of each optimizer as its method.
#include "optim/optimizers.h"

#include <pybind11/stl.h>

#include "bindings/python.h"

namespace py = pybind11;

namespace pynn {

namespace {

// What the optimizer remembers about one parameter: (steps, product, slots), None for an unused slot.
py::tuple get_state(Group& group, size_t index) {
  refuse_in_recording("the state of an optimizer is read");
  const Group::Member& member = group.members().at(index);
  return py::make_tuple(member.steps, member.product, py::cast(member.slots));
}
void set_state(Group& group, size_t index, int64_t steps, double product,
               std::array<Tensor, kMaxSlots> slots) {
  refuse_in_recording("the state of an optimizer is set");
  Group::Member& member = group.members().at(index);
  for (const Tensor& slot : slots)
    if (slot && slot.shape() != member.parameter.shape())
      throw ShapeError(
          text("optimizer state of shape ", slot.shape(), " for a parameter of ", member.parameter.shape()));
  member.steps = steps;
  member.product = product;
  for (size_t k = 0; k < slots.size(); ++k)
    member.slots[k] = slots[k] ? slots[k].to(member.parameter.dtype()).contiguous() : Tensor();
}

// A method whose arguments are the fields of the optimizer's settings, in their order.
template <class Settings, class... Fields>
auto step(void (*run)(Group&, const Settings&)) {
  return [run](const py::object& self, Fields... fields) {
    Group& group = self.cast<Group&>();
    const Settings settings{fields...};
    Watcher* const w = watcher();
    if (!w) return run(group, settings);
    if (w->optimizer_step([run, self, &group, settings] { run(group, settings); })) return;
    run(group, settings);
    std::vector<Tensor> parameters;
    for (const Group::Member& member : group.members()) parameters.push_back(member.parameter);
    w->stepped(parameters);
  };
}

}  // namespace

void define_optim(py::module_& m) {
  py::module_ optim = m.def_submodule("optim", "Optimizer steps over many parameters at once.");
  using d = double;
  py::class_<Group>(optim, "Group",
                    "Parameters that take their steps together, and what is remembered about each.")
      .def(py::init([](std::vector<Tensor> parameters) {
             refuse_in_recording("an optimizer is made in the step");
             return Group(std::move(parameters));
           }),
           py::arg("parameters"))
      .def("__len__", [](Group& group) { return group.members().size(); })
      .def("zero_grad", &Group::zero_grad, py::arg("set_to_none") = true)
      .def("get_state", get_state, py::arg("index"))
      .def("set_state", set_state, py::arg("index"), py::arg("steps"), py::arg("product"), py::arg("slots"))
      .def("sgd", step<SgdSettings, d, d, d, d, d, bool, bool>(sgd_step))
      .def("adagrad", step<AdagradSettings, d, d, d, d, d, d, bool>(adagrad_step))
      .def("adadelta", step<AdadeltaSettings, d, d, d, d, d, bool>(adadelta_step))
      .def("rmsprop", step<RmspropSettings, d, d, d, d, d, d, bool, bool>(rmsprop_step))
      .def("adam", step<AdamSettings, d, d, d, d, d, d, bool, bool, bool>(adam_step))
      .def("adamax", step<AdamaxSettings, d, d, d, d, d, d, bool>(adamax_step))
      .def("nadam", step<NadamSettings, d, d, d, d, d, d, d, bool, bool>(nadam_step))
      .def("radam", step<RadamSettings, d, d, d, d, d, d, bool, bool>(radam_step))
      .def("lion", step<LionSettings, d, d, d, d, bool>(lion_step));
}

}  // namespace pynn
