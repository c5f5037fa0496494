// trace.cpp — tells a Python object what ops, backward walks and optimizers do: pynn.trace().
//
// The receiver's methods:
//   source(value, tensor)                                   a tensor that no traced op has made
//   call(event, op, arguments, outputs, ns)                 an op ran: (name, value) of each argument
//   scope(op, first_event, ns)                              events since first_event were this one op
//   goes_back(event, op, dy, again)                         backward is about to run a node
//   gave(event, op, dx, ns)                                 it did: (value, dx) of each input
//   stepped(values, ns)                                     an optimizer moved these
// A *value* is the number of a tensor in this trace; it stays when views, copies and nodes come between.
#include <chrono>
#include <map>
#include <unordered_map>

#include "bindings/python.h"

#include <pybind11/stl.h>

namespace py = pybind11;

namespace pynn {

namespace {

class Tracer final : public Watcher {
 public:
  explicit Tracer(py::object receiver) : receiver_(std::move(receiver)) {}

  void start() {
    if (watcher()) throw AutogradError("trace: something is traced or recorded already in this thread");
    watched_ = std::make_unique<WatchedBy>(this);
  }
  // What the receiver raised comes out here: inside an op it would look like that op's failure.
  void stop() {
    watched_.reset();
    if (failure_) throw py::error_already_set(*std::exchange(failure_, nullptr));
  }

  // The value that a tensor is, or -1.
  int value(const Tensor& t) {
    const int* known = known_value(t);
    return known ? *known : -1;
  }

  // ---- memory: which value a tensor without history is
  void freed(Storage& storage) override { values_in_.erase(&storage); }
  void copied(const Tensor& target, const Tensor& source) override {
    if (busy_ || kernels_ > 0) return;
    guarded([&] { values_in_[target.impl()->storage.get()] = {{target.impl(), value_of(source)}}; });
  }

  // ---- calls
  void enter(Frame kind) override {
    if (kind != Frame::ops) ++kernels_;
    frames_.push_back({kind, now(), spent_, events_});
  }
  void leave() override {
    if (frames_.back().kind != Frame::ops) --kernels_;
    frames_.pop_back();
  }

  void called(const Op& op, const Value* v, std::span<const Tensor> outputs, const Node* node) override {
    const Open frame = frames_.back();
    const bool is_inner = kernels_ > (frame.kind == Frame::ops ? 0 : 1);
    if (busy_ || is_inner || (in_backward_ && !node)) return;
    const int64_t ns = now() - frame.since - (spent_ - frame.spent_before);
    if (frame.kind == Frame::ops && is_explained(outputs)) {
      if (events_ > frame.first_event) tell("scope", op.name, frame.first_event, ns);
      return;
    }
    guarded([&] {
      const py::tuple arguments = python_arguments(op, v);
      const int event = events_++;
      if (node) event_of_node_[node->sequence] = event;
      py::list made;
      for (size_t i = 0; i < outputs.size(); ++i)
        made.append(py::make_tuple(new_value(outputs[i], node, i), shown(outputs[i])));
      receiver_.attr("call")(event, op.name, arguments, made, ns);
    });
  }

  // ---- backward
  void goes_back(const Node& node, std::span<const Tensor> dy) override {
    if (busy_ || kernels_ > 0) return;
    in_backward_ = true;
    guarded([&] {
      py::list arrived;
      for (const Tensor& t : dy) arrived.append(shown(t));
      present_ = &node;
      receiver_.attr("goes_back")(event_of(node), node.op->name, arrived, may_run_again(node));
    });
    present_ = nullptr;
    backward_since_ = now();
  }
  void gave(const Node& node, std::span<const Tensor> dx) override {
    if (busy_ || kernels_ > 0) return;
    const int64_t ns = now() - backward_since_;
    in_backward_ = false;
    guarded([&] {
      py::list sent;
      for (size_t i = 0; i < node.inputs.size() && i < dx.size(); ++i)
        sent.append(py::make_tuple(value_behind(node.inputs[i]), shown(dx[i])));
      receiver_.attr("gave")(event_of(node), node.op->name, sent, ns);
    });
  }

  void walk_ended() override { in_backward_ = false; }

  bool optimizer_step(std::function<void()>) override {
    step_since_ = now();
    return false;
  }
  void stepped(std::span<const Tensor> parameters) override {
    const int64_t ns = now() - step_since_;
    if (busy_) return;
    guarded([&] {
      py::list values;
      for (const Tensor& parameter : parameters) values.append(value_of(parameter));
      receiver_.attr("stepped")(values, ns);
    });
  }

 private:
  struct Open {
    Frame kind;
    int64_t since, spent_before;
    int first_event;
  };

  static int64_t now() {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
  }

  // The receiver's own ops are not traced, and its time is nobody's.
  template <class Body>
  void guarded(Body&& body) {
    const int64_t since = now();
    busy_ = true;
    try {
      const GradMode off(false);
      body();
    } catch (py::error_already_set& error) {
      if (!failure_) failure_ = std::make_unique<py::error_already_set>(error);
    }
    busy_ = false;
    spent_ += now() - since;
  }
  template <class... A>
  void tell(const char* method, A... arguments) {
    guarded([&] { receiver_.attr(method)(arguments...); });
  }

  // ---- values
  int* known_value(const Tensor& t) {
    const TensorImpl& impl = *t.impl();
    if (impl.node) {
      const auto found = value_of_node_.find({impl.node->sequence, impl.output_index});
      if (found != value_of_node_.end()) return &found->second;
    }
    const auto found = values_in_.find(impl.storage.get());
    if (found == values_in_.end()) return nullptr;
    for (auto& [owner, value] : found->second)
      if (owner == &impl) return &value;
    return impl.node ? nullptr : &found->second.front().second;
  }
  int value_of(const Tensor& t) {
    if (const int* known = known_value(t)) return *known;
    const int value = new_value(t, t.impl()->node.get(), t.impl()->output_index);
    receiver_.attr("source")(value, shown(t));
    return value;
  }
  int new_value(const Tensor& t, const Node* node, size_t output_index) {
    const int value = values_++;
    if (!t) return value;
    if (node) value_of_node_[{node->sequence, output_index}] = value;
    auto& here = values_in_[t.impl()->storage.get()];
    std::erase_if(here, [&](const auto& entry) { return entry.first == t.impl(); });
    here.emplace_back(t.impl(), value);
    return value;
  }
  // Where the gradient of an input goes: to a leaf, or to what made it.
  py::object value_behind(const Edge& edge) {
    if (edge.leaf) return py::int_(value_of(Tensor(edge.leaf)));
    if (!edge.node) return py::none();
    const auto [at, is_new] = value_of_node_.try_emplace({edge.node->sequence, edge.output_index}, values_);
    if (is_new) ++values_;
    return py::int_(at->second);
  }
  bool is_explained(std::span<const Tensor> outputs) {
    for (const Tensor& t : outputs)
      if (t && !known_value(t)) return false;
    return true;
  }
  int event_of(const Node& node) const {
    const auto found = event_of_node_.find(node.sequence);
    return found == event_of_node_.end() ? -1 : found->second;
  }

  // ---- Python objects
  // The tensor that Python holds already, or an alias: being held by Python may change what an op does next.
  static py::object shown(const Tensor& t) {
    if (!t) return py::none();
    return py::reinterpret_steal<py::object>(wrap(t.impl()->python ? t : t.detach()));
  }
  py::object argument(const Tensor& t) {
    if (!t) return py::none();
    if (t.impl()->is_number)
      return t.dtype() == DType::boolean ? py::object(py::bool_(t.item<double>() != 0))
             : is_floating(t.dtype())    ? py::object(py::float_(t.item<double>()))
                                         : py::object(py::int_(t.item<int64_t>()));
    return py::make_tuple(value_of(t), shown(t));
  }
  py::object python_argument(const Arg& arg, const Value& v) {
    switch (arg.kind) {
      case Kind::tensor:
        return argument(*v.tensor);
      case Kind::tensors: {
        py::list list;
        for (const Tensor& t : *v.tensors) list.append(argument(t));
        return list;
      }
      case Kind::integer:
        return py::int_(v.integer);
      case Kind::real:
        return py::float_(v.real);
      case Kind::boolean:
        return py::bool_(v.boolean);
      case Kind::dtype:
        return v.dtype == DType::none ? py::object(py::none()) : py::cast(v.dtype);
      case Kind::string:
        return py::str(std::string(*v.string));
      case Kind::ints:
        break;
    }
    if (!v.ints->present) return py::none();
    py::tuple sizes(size_t(v.ints->n));
    for (int i = 0; i < v.ints->n; ++i) sizes[size_t(i)] = (*v.ints)[i];
    return sizes;
  }
  py::tuple python_arguments(const Op& op, const Value* v) {
    py::tuple arguments(op.args.size());
    for (size_t i = 0; i < op.args.size(); ++i)
      arguments[i] = py::make_tuple(op.args[i].name, python_argument(op.args[i], v[i]));
    return arguments;
  }

  // again(dy): the node's gradients for another dy, while goes_back runs. None for a node in Python, whose
  // backward somebody may count.
  py::object may_run_again(const Node& node) {
    if (!find_op(node.op->name)) return py::none();
    return py::cpp_function([this, &node](const std::vector<Tensor>& dy) {
      if (present_ != &node) throw AutogradError("trace: this node's turn is over");
      const Op& op = *node.op;
      const Gradients dx = (op.backward ? op.backward : op.backward_in_ops)(op, node.context, dy.data());
      py::list result;
      for (const Tensor& t : dx) result.append(shown(t));
      return result;
    });
  }

  py::object receiver_;
  std::unique_ptr<WatchedBy> watched_;
  std::unique_ptr<py::error_already_set> failure_;
  std::vector<Open> frames_;
  std::map<std::pair<uint64_t, size_t>, int> value_of_node_;
  std::unordered_map<uint64_t, int> event_of_node_;
  std::unordered_map<const Storage*, std::vector<std::pair<const TensorImpl*, int>>> values_in_;
  const Node* present_ = nullptr;
  int values_ = 0, events_ = 0, kernels_ = 0;
  int64_t spent_ = 0, backward_since_ = 0, step_since_ = 0;
  bool busy_ = false, in_backward_ = false;
};

}  // namespace

void define_trace(py::module_& m) {
  py::module_ t = m.def_submodule("trace", "What runs, told to a Python object as it runs.");
  py::class_<Tracer>(t, "Tracer", "Tells a receiver of every op, node and optimizer step of this thread.")
      .def(py::init<py::object>(), py::arg("receiver"))
      .def("start", &Tracer::start)
      .def("stop", &Tracer::stop)
      .def("value", &Tracer::value, py::arg("tensor"));
}

}  // namespace pynn
