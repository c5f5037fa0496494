// record.cpp — a Python function whose calls are recorded once and replayed: pynn.compile (csrc/record/).
#include <pybind11/stl.h>

#include <optional>

#include "bindings/pattern.h"
#include "record/recording.h"

namespace py = pybind11;

namespace pynn {

namespace {

constexpr size_t kMostPrograms = 16;

// One kind of call: what its arguments look like, what to do, what to return.
struct Recorded {
  Pattern arguments;
  bool grad_mode, autocast;
  Precision precision;
  std::shared_ptr<Program> program;
  std::optional<Pattern> result;
  std::vector<py::object> fixed_results;  // at the places of the result: a tensor from outside, or null
  std::vector<int> result_arguments;      // at the same places: the argument that is returned, or -1
  struct Step {                           // of an optimizer: its options may be changed between calls
    py::object optimizer, group, options, options_then;
    bool by_value;  // all options are numbers: equal is unchanged
    std::function<void()>* again;
  };
  std::vector<Step> steps;
};

// Takes the settings that an optimizer would step with, instead of letting it step.
class Handover final : public Watcher {
 public:
  explicit Handover(std::function<void()>& step) : step_(step) {}
  bool optimizer_step(std::function<void()> step) override {
    step_ = std::move(step);
    return true;
  }

 private:
  std::function<void()>& step_;
};

bool all_numbers(const py::dict& options) {
  const std::function<bool(PyObject*)> plain = [&](PyObject* v) {
    if (PyTuple_CheckExact(v)) {
      for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(v); ++i)
        if (!plain(PyTuple_GET_ITEM(v, i))) return false;
      return true;
    }
    return v == Py_None || PyFloat_CheckExact(v) || PyLong_CheckExact(v) || PyBool_Check(v) ||
           PyUnicode_CheckExact(v);
  };
  for (const auto& [key, value] : options)
    if (std::string(py::str(key)) != "params" && !plain(value.ptr())) return false;
  return true;
}

void hand_options_over(Recorded& recorded) {
  if (recorded.steps.empty()) return;
  for (size_t i = 0; i < recorded.steps.size(); ++i) {
    Recorded::Step& step = recorded.steps[i];
    if (step.by_value) {
      const int equal = PyObject_RichCompareBool(step.options.ptr(), step.options_then.ptr(), Py_EQ);
      if (equal > 0) continue;
      if (equal < 0) PyErr_Clear();
    }
    Handover handover(*step.again);
    const WatchedBy watched(&handover);
    step.optimizer.attr("_step")(step.group, step.options);
    const py::dict options = step.options;
    step.options_then = options.attr("copy")();
    step.by_value = all_numbers(options);
  }
}

// While it lives, Optimizer.step notes who steps: (optimizer, group, options).
class OptimizersRecorded {
 public:
  explicit OptimizersRecorded(const py::list& steps) : module_(py::module_::import("pynn.optim.optimizer")) {
    module_.attr("_recorded") = steps;
  }
  ~OptimizersRecorded() { module_.attr("_recorded") = py::none(); }
  OptimizersRecorded(const OptimizersRecorded&) = delete;
  OptimizersRecorded& operator=(const OptimizersRecorded&) = delete;

 private:
  py::module_ module_;
};

// " (train.py, line 12, in step)": the innermost line of Python that is not pynn's own.
std::string where_in_python() {
  const std::string home = py::str(py::module_::import("pynn").attr("__path__").attr("__getitem__")(0));
  py::object frame = py::module_::import("sys").attr("_getframe")();
  while (!frame.is_none()) {
    const py::object code = frame.attr("f_code");
    const std::string file = py::str(code.attr("co_filename"));
    if (file.rfind(home, 0) != 0)
      return text(" (", file, ", line ", int(py::int_(frame.attr("f_lineno"))), ", in ",
                  std::string(py::str(code.attr("co_name"))), ")");
    frame = frame.attr("f_back");
  }
  return "";
}

class Step {
 public:
  Step(py::object function, py::object refused)
      : function_(std::move(function)), refused_(std::move(refused)) {}

  py::object call(const py::tuple& args, const py::dict& keywords) {
    if (is_refused_ || is_recording_ || watcher()) return eager(args, keywords);
    PyObject* call = args.ptr();
    py::object both;
    if (PyDict_GET_SIZE(keywords.ptr()) > 0) {
      both = py::make_tuple(args, keywords);
      call = both.ptr();
    }
    std::vector<Tensor> tensors = std::move(room_);
    for (size_t i = 0; i < programs_.size(); ++i) {
      tensors.clear();
      const std::shared_ptr<Recorded> recorded = programs_[i];
      if (recorded->grad_mode != grad_enabled() || recorded->autocast != autocast_enabled()) continue;
      if (recorded->precision != float32_precision()) continue;
      if (!recorded->arguments.matches(call, tensors)) continue;
      if (recorded->program->running()) return eager(args, keywords);  // by another thread
      if (!recorded->program->may_run(tensors)) continue;
      py::object result = replay(*recorded, tensors);
      tensors.clear();
      room_ = std::move(tensors);
      return result;
    }
    forget_old();
    if (programs_.size() >= kMostPrograms) {
      give_up(text("the step was recorded ", kMostPrograms,
                   " times: its arguments differ in shape or in other values from call to call"));
      return eager(args, keywords);
    }
    return record(keywords, call);
  }

  std::optional<std::string> refusal() const {
    return is_refused_ ? std::optional<std::string>(reason_) : std::nullopt;
  }
  size_t recordings() const { return programs_.size(); }
  std::string explain() const {
    if (is_refused_) return "not recorded: " + reason_;
    if (programs_.empty()) return "not called yet";
    std::string out;
    for (const auto& recorded : programs_) out += recorded->program->explain();
    return out;
  }
  const py::object& function() const { return function_; }
  void forget() {
    programs_.clear();
    function_ = py::none();
  }

 private:
  py::object eager(const py::tuple& args, const py::dict& keywords) { return function_(*args, **keywords); }

  // Programs over memory that tensors no longer look at will never run again.
  void forget_old() {
    std::erase_if(programs_, [](const std::shared_ptr<Recorded>& recorded) {
      return recorded->program->memory_changes != memory_changes;
    });
  }

  void give_up(const std::string& why) {
    is_refused_ = true;
    reason_ = why;
    programs_.clear();
    refused_(why);
  }

  static py::object replay(Recorded& recorded, const std::vector<Tensor>& arguments) {
    hand_options_over(recorded);
    std::vector<Tensor> results = recorded.program->run(arguments);
    std::vector<py::object> at_places;
    at_places.reserve(recorded.fixed_results.size());
    size_t next = 0;
    for (size_t i = 0; i < recorded.fixed_results.size(); ++i) {
      if (recorded.fixed_results[i])
        at_places.push_back(recorded.fixed_results[i]);
      else if (recorded.result_arguments[i] >= 0)
        at_places.push_back(
            py::reinterpret_steal<py::object>(wrap(arguments[size_t(recorded.result_arguments[i])])));
      else
        at_places.push_back(py::reinterpret_steal<py::object>(wrap(std::move(results[next++]))));
    }
    return recorded.result->build(at_places);
  }

  // What stands for the arguments of the call that is recorded.
  struct StandIn {
    Tensor argument, stand_in;
  };
  py::object record(const py::dict& keywords, PyObject* call);
  static void settle_result(Recorded& recorded, Recording& recording, const py::object& result,
                            const std::vector<StandIn>& stand_ins, std::vector<Tensor>& outputs);
  static py::object with_arguments(const py::object& result, const std::vector<StandIn>& stand_ins);

  py::object function_, refused_;
  std::vector<std::shared_ptr<Recorded>> programs_;  // the latest first
  std::vector<Tensor> room_;                         // for the tensors of a call
  bool is_refused_ = false, is_recording_ = false, may_build_ = true;
  std::string reason_;
};

// The result's pattern, and which of its tensors the program makes.
void Step::settle_result(Recorded& recorded, Recording& recording, const py::object& result,
                         const std::vector<StandIn>& stand_ins, std::vector<Tensor>& outputs) {
  std::vector<const TensorImpl*> placed;
  recorded.result.emplace(result.ptr(), [&](PyObject* object) {
    const Tensor& t = tensor_of(object);
    for (size_t i = 0; i < placed.size(); ++i)
      if (placed[i] == t.impl()) return int(i);
    placed.push_back(t.impl());
    int argument = -1;
    for (size_t i = 0; i < stand_ins.size(); ++i)
      if (stand_ins[i].stand_in.ref() == t.ref()) argument = int(i);
    const bool from_outside = argument < 0 && recording.is_from_outside(t);
    recorded.result_arguments.push_back(argument);
    recorded.fixed_results.push_back(from_outside ? py::reinterpret_borrow<py::object>(object)
                                                  : py::object());
    if (argument < 0 && !from_outside) outputs.push_back(t);
    return int(placed.size()) - 1;
  });
  if (const char* odd = recorded.result->first_odd_type())
    recording.refuse(text("the step returns an object of type ", odd,
                          "; a replay can return tensors, numbers, strings, and tuples, lists and "
                          "dictionaries of them"));
}

// The result as an eager call returns it: the arguments themselves, not what stood for them.
py::object Step::with_arguments(const py::object& result, const std::vector<StandIn>& stand_ins) {
  std::vector<py::object> real;
  const Pattern shape(result.ptr(), [&](PyObject* object) {
    const Tensor& t = tensor_of(object);
    for (const auto& [argument, stand_in] : stand_ins) {
      if (stand_in.impl()->storage != t.impl()->storage || t.requires_grad()) continue;
      Tensor shown = argument;
      if (stand_in.ref() != t.ref()) {
        const TensorImpl& impl = *argument.impl();
        shown = over(impl.storage, t);
        shown.impl()->offset += impl.offset * itemsize(impl.dtype) / itemsize(t.dtype());
      }
      real.push_back(py::reinterpret_steal<py::object>(wrap(shown)));
      return int(real.size()) - 1;
    }
    return -1;
  });
  return real.empty() ? result : shape.build(real);
}

py::object Step::record(const py::dict& keywords, PyObject* call) {
  struct Flag {
    bool& flag;
    explicit Flag(bool& f) : flag(f) { flag = true; }
    ~Flag() { flag = false; }
  } const flag(is_recording_);
  const uint64_t changes_before = memory_changes;
  Recording recording;
  recording.where = where_in_python;
  std::vector<StandIn> stand_ins;
  const auto recorded =
      std::make_shared<Recorded>(Recorded{Pattern(call,
                                                  [&](PyObject* object) {
                                                    const Tensor& t = tensor_of(object);
                                                    if (Py_TYPE(object) != tensor_type || t.requires_grad())
                                                      return -1;
                                                    stand_ins.push_back({t, recording.stand_in_for(t)});
                                                    return int(stand_ins.size()) - 1;
                                                  }),
                                          grad_enabled(),
                                          autocast_enabled(),
                                          float32_precision(),
                                          nullptr,
                                          {},
                                          {},
                                          {},
                                          {}});
  py::list steps;
  py::object result;
  std::vector<Tensor> outputs;
  {
    const WatchedBy watched(&recording);
    {
      std::vector<py::object> at_places;
      for (const StandIn& one : stand_ins)
        at_places.push_back(py::reinterpret_steal<py::object>(wrap(one.stand_in)));
      const py::object handed = recorded->arguments.build(at_places);
      const OptimizersRecorded optimizers(steps);
      result = keywords.empty() ? function_(*py::tuple(handed))
                                : function_(*py::tuple(handed[py::int_(0)]), **py::dict(handed[py::int_(1)]));
    }
    for (const auto& [argument, stand_in] : stand_ins) {  // what was done to one was done to the other
      argument.impl()->storage->version += stand_in.impl()->storage->version;
      argument.impl()->requires_grad |= stand_in.impl()->requires_grad;
      if (stand_in.impl()->grad) argument.impl()->grad = stand_in.impl()->grad;
    }
    settle_result(*recorded, recording, result, stand_ins, outputs);
    std::vector<Tensor> held = outputs;
    for (const StandIn& one : stand_ins) held.push_back(one.stand_in);
    if (recording.keeps_more_than(held)) {
      py::module_::import("gc").attr("collect")();
      recording.keeps_more_than(held);
    }
    recording.settle_kept(held);
  }
  recorded->program = recording.finish(outputs);
  std::string why = recording.refusal();
  if (why.empty() && recorded->program->optimizer_steps().size() != steps.size())
    why = "an optimizer steps in a way of its own (not through Optimizer.step)";
  result = with_arguments(result, stand_ins);
  if (!why.empty()) {
    // A model may build itself in its first call: once, that is no reason to give up.
    const bool built = recording.kept_something() || memory_changes != changes_before;
    if (!std::exchange(may_build_, false) || !built) give_up(why);
    return result;
  }
  may_build_ = false;
  for (size_t i = 0; i < steps.size(); ++i) {
    const py::tuple step = steps[i];
    const py::dict options = step[2];
    recorded->steps.push_back({step[0], step[1], options, options.attr("copy")(), all_numbers(options),
                               recorded->program->optimizer_steps()[i]});
  }
  programs_.insert(programs_.begin(), recorded);
  return result;
}

}  // namespace

void define_record(py::module_& m) {
  py::module_ r = m.def_submodule("record", "Steps that are recorded once and replayed.");
  // The function may know the compiled one (by its closure): the garbage collector has to see the circle.
  const auto collected = [](PyHeapTypeObject* heap_type) {
    PyTypeObject& type = heap_type->ht_type;
    type.tp_flags |= Py_TPFLAGS_HAVE_GC;
    type.tp_traverse = [](PyObject* self, visitproc visit, void* arg) {
      Py_VISIT(Py_TYPE(self));
      if (!py::detail::is_holder_constructed(self)) return 0;  // the collector came before __init__
      const auto& step = py::cast<const Step&>(py::handle(self));
      Py_VISIT(step.function().ptr());
      return 0;
    };
    type.tp_clear = [](PyObject* self) {
      if (py::detail::is_holder_constructed(self)) py::cast<Step&>(py::handle(self)).forget();
      return 0;
    };
  };
  py::class_<Step>(r, "Step", py::custom_type_setup(collected),
                   "A function whose calls are recorded, one program for each kind of call.")
      .def(py::init<py::object, py::object>(), py::arg("function"), py::arg("refused"))
      .def("call", &Step::call, py::arg("args"), py::arg("keywords"))
      .def("explain", &Step::explain)
      .def_property_readonly("recordings", &Step::recordings)
      .def_property_readonly("refusal", &Step::refusal)
      .def_property_readonly("function", &Step::function);
  r.def("recording", [] { return watcher() != nullptr; }, "Whether a step is being recorded just now.");
  r.def("forget", [] { ++memory_changes; }, "Everything recorded so far is recorded anew when next called.");
}

}  // namespace pynn
