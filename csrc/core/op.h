// op.h — what an op is: a record made in its own file and found by everyone else in registry().
//
// An op file ends in one of
//   static const Op& op = elementwise<Formula>(kernel, {...});   y[i] = f(a[i], b[i], ...), any strides
//   static const Op& op = structured<Softmax>({...});            Softmax::forward(Context&, args...) and
//                                                                 Softmax::backward(const Context&, dy)
//   static const Op& op = composite(forward_function, {...});    written in other ops, which record
// The Python function, the Tensor method, the stub, the documentation page and the test-suite follow
// from the record.
#pragma once
#include <array>
#include <deque>
#include <type_traits>
#include <variant>

#include "core/autocast.h"
#include "core/elementwise_kernel.h"
#include "core/node.h"
#include "core/watch.h"

namespace pynn {

// ---- arguments ---------------------------------------------------------------------------------

enum class Kind : uint8_t { tensor, tensors, integer, real, boolean, ints, dtype, string };

using TensorList = std::span<const Tensor>;

// One argument as it is handed over: the field that belongs to the Arg's kind.
union Value {
  const Tensor* tensor;  // points to an undefined Tensor for None
  const TensorList* tensors;
  int64_t integer;
  double real;
  bool boolean;
  const Ints* ints;
  DType dtype;  // DType::none for None
  const std::string_view* string;
};

template <class T>
consteval Kind kind_of() {
  using Plain = std::decay_t<T>;
  if constexpr (std::is_same_v<Plain, Tensor>)
    return Kind::tensor;
  else if constexpr (std::is_same_v<Plain, TensorList>)
    return Kind::tensors;
  else if constexpr (std::is_same_v<Plain, bool>)
    return Kind::boolean;
  else if constexpr (std::is_same_v<Plain, int64_t>)
    return Kind::integer;
  else if constexpr (std::is_same_v<Plain, double>)
    return Kind::real;
  else if constexpr (std::is_same_v<Plain, Ints>)
    return Kind::ints;
  else if constexpr (std::is_same_v<Plain, DType>)
    return Kind::dtype;
  else if constexpr (std::is_same_v<Plain, std::string_view>)
    return Kind::string;
  else
    static_assert(sizeof(T) == 0,
                  "an op takes Tensor, TensorList, bool, int64_t, double, Ints, DType, string_view");
}

template <class T>
decltype(auto) get(const Value& v) {
  constexpr Kind kind = kind_of<T>();
  if constexpr (kind == Kind::tensor)
    return *v.tensor;
  else if constexpr (kind == Kind::tensors)
    return *v.tensors;
  else if constexpr (kind == Kind::boolean)
    return v.boolean;
  else if constexpr (kind == Kind::integer)
    return v.integer;
  else if constexpr (kind == Kind::real)
    return v.real;
  else if constexpr (kind == Kind::ints)
    return *v.ints;
  else if constexpr (kind == Kind::dtype)
    return v.dtype;
  else
    return *v.string;
}

template <class T>
Value make_value(const T& v) {
  constexpr Kind kind = kind_of<T>();
  Value out;
  if constexpr (kind == Kind::tensor)
    out.tensor = &v;
  else if constexpr (kind == Kind::tensors)
    out.tensors = &v;
  else if constexpr (kind == Kind::boolean)
    out.boolean = v;
  else if constexpr (kind == Kind::integer)
    out.integer = v;
  else if constexpr (kind == Kind::real)
    out.real = v;
  else if constexpr (kind == Kind::ints)
    out.ints = &v;
  else if constexpr (kind == Kind::dtype)
    out.dtype = v;
  else
    out.string = &v;
  return out;
}

struct None {};
inline constexpr None none{};

struct Arg {
  const char* name;
  std::variant<std::monostate, None, bool, int64_t, double, const char*, Ints>
      fallback;              // monostate: required
  bool variadic = false;     // x.reshape(2, 3) as well as x.reshape((2, 3))
  Kind kind = Kind::tensor;  // filled in from the C++ signature

  Arg(const char* name) : name(name) {}
  Arg(const char* name, None) : name(name), fallback(none) {}
  Arg(const char* name, bool v) : name(name), fallback(v) {}
  Arg(const char* name, int v) : name(name), fallback(int64_t(v)) {}
  Arg(const char* name, double v) : name(name), fallback(v) {}
  Arg(const char* name, const char* v) : name(name), fallback(v) {}
  Arg(const char* name, Ints v) : name(name), fallback(v) {}
  Arg spread() && {
    variadic = true;
    return std::move(*this);
  }
  bool required() const { return std::holds_alternative<std::monostate>(fallback); }
};

// ---- the record --------------------------------------------------------------------------------

inline constexpr int kMaxArgs = 14;

// Where Python users find an op: as pynn.name and Tensor.name, as pynn.nn.functional.name, ...
enum class Home : uint8_t {
  everywhere,  // pynn.name and Tensor.name
  function,    // pynn.name alone (factories, ops over lists)
  method,      // Tensor.name alone
  functional,  // pynn.nn.functional.name alone
  activation,  // pynn.name, Tensor.name and pynn.nn.functional.name
  internal,    // pynn._core.ops.name alone: a building block that Python code wraps
};

// How an elementwise op's inputs come to one type, and what comes out.
enum class Types : uint8_t {
  common,      // add: the promoted type in and out
  floating,    // exp: integers become float32
  comparison,  // less: promoted type in, bool out
  logical,     // logical_and: bool in, bool out
};

struct OpInfo {
  const char* name;
  std::vector<Arg> args = {};
  const char* formula = "";               // y = ..., in plain Unicode mathematics
  const char* gradient = "";              // dx = ..., or why there is none
  const char* reference = "";             // one NumPy expression over the argument names (float64)
  std::vector<const char*> samples = {};  // argument lists for tests and docs: "randn(3, 4), axis=-1"
  const char* doc = "";                   // one sentence, then what a user has to know
  const char* source = "";                // the paper: author, year, where
  Home home = Home::everywhere;
  Types types = Types::common;
  std::vector<const char*> aliases = {};  // other names for the same op
  std::vector<const char*> outputs = {};  // names of several outputs: a named tuple in Python
  bool in_place = false;                  // offer x.name_() too (elementwise ops always do)
  bool takes_narrow = false;              // bfloat16 and int8 come as they are, not widened (widen.cpp)
  Autocast autocast = Autocast::keep;     // what it does in a region of pynn.autocast
};

struct Op : OpInfo {
  using Call = Tensor(const Op&, const Value*);
  using CallMany = std::vector<Tensor>(const Op&, const Value*);
  // Writes the result into `out`; false, with nothing done, where it would not fit or be recorded.
  using CallInto = bool(const Op&, const Value*, const Tensor& out);
  // dy: one gradient per output, undefined where nothing arrived.
  using Backward = Gradients(const Op&, const Context&, const Tensor* dy);
  // The forward alone, which makes no node: the same kernels once more, keeping in `context`.
  using Forward = void(const Op&, Context&, const Value*);

  Call* call = nullptr;                 // one output, or
  CallMany* call_many = nullptr;        // several
  CallInto* call_into = nullptr;        // of an elementwise op
  Forward* forward = nullptr;           // of a structured op
  Backward* backward = nullptr;         // on kernels: fast, leaves no history
  Backward* backward_in_ops = nullptr;  // in recorded ops: for create_graph=True, or both
  const ElementwiseKernel* kernel = nullptr;
  const char* file = "";  // csrc/ops/NAME.cpp, for pynn.explain and links
  bool differentiable() const { return backward || backward_in_ops; }

  explicit Op(OpInfo info) : OpInfo(std::move(info)) {}
};

const std::deque<Op>& registry();
const Op& add_to_registry(Op op);
const Op* find_op(std::string_view name);

// C++ code calls an op by its record: call(op, x, axis).
template <class... A>
Tensor call(const Op& op, const A&... args) {
  const Value values[] = {make_value(args)...};
  return op.call(op, values);
}
template <class... A>
std::vector<Tensor> call_many(const Op& op, const A&... args) {
  const Value values[] = {make_value(args)...};
  return op.call_many(op, values);
}

// ---- structured: a struct with forward and backward ---------------------------------------------

namespace detail {

template <class... A>
void set_kinds(Op& op, const char* what) {
  constexpr Kind kinds[] = {kind_of<A>()..., Kind::tensor};
  if (op.args.size() != sizeof...(A))
    throw std::logic_error(
        text(op.name, ": ", what, " takes ", sizeof...(A), " arguments, the record names ", op.args.size()));
  for (size_t i = 0; i < sizeof...(A); ++i) op.args[i].kind = kinds[i];
}

// Is a type that has no loops among the arguments of an op that leaves it to others to widen them?
template <class... A>
bool wants_widening(const Op& op, const Value* v) {
  const auto is_narrow_argument = []<class T>(std::type_identity<T>, const Value& value) {
    if constexpr (kind_of<T>() == Kind::tensor) return *value.tensor && is_narrow(value.tensor->dtype());
    if constexpr (kind_of<T>() == Kind::dtype) return is_narrow(value.dtype);
    if constexpr (kind_of<T>() == Kind::tensors)
      for (const Tensor& t : *value.tensors)
        if (t && is_narrow(t.dtype())) return true;
    return false;
  };
  size_t i = 0;
  return !op.takes_narrow && (... || is_narrow_argument(std::type_identity<A>(), v[i++]));
}
// op.call and op.call_many with such arguments widened, and the results rounded to what they were.
Tensor call_widened(const Op& op, const Value* v);
std::vector<Tensor> call_many_widened(const Op& op, const Value* v);

// The tensors among the arguments: the inputs of the node.
template <class... A>
struct Inputs {
  const Tensor* at[kMaxArgs];
  size_t count = 0;
  InlineVector<const Tensor*, 1> listed;
  explicit Inputs(const Value* v) {
    if constexpr ((... || (kind_of<A>() == Kind::tensors))) {
      size_t i = 0;
      (add_listed<A>(v[i++]), ...);
    } else {
      size_t i = 0;
      (add<A>(v[i++]), ...);
    }
  }
  const Tensor* const* data() const { return listed.empty() ? at : listed.data(); }
  size_t size() const { return listed.empty() ? count : listed.size(); }

 private:
  template <class T>
  void add(const Value& v) {
    if constexpr (kind_of<T>() == Kind::tensor) at[count++] = v.tensor;
  }
  template <class T>
  void add_listed(const Value& v) {
    if constexpr (kind_of<T>() == Kind::tensor) listed.push_back(v.tensor);
    if constexpr (kind_of<T>() == Kind::tensors)
      for (const Tensor& t : *v.tensors) listed.push_back(&t);
  }
};

template <class S>
Gradients run_backward(const Op&, const Context& context, const Tensor* dy) {
  if constexpr (requires { S::backward(context, dy); })
    return S::backward(context, dy);
  else
    return S::backward(context, dy[0]);
}
template <class S>
Gradients run_backward_in_ops(const Op&, const Context& context, const Tensor* dy) {
  if constexpr (requires { S::backward_in_ops(context, dy); })
    return S::backward_in_ops(context, dy);
  else
    return S::backward_in_ops(context, dy[0]);
}
template <class S>
void set_backward(Op& op) {
  if constexpr (requires { &S::backward; }) op.backward = run_backward<S>;
  if constexpr (requires { &S::backward_in_ops; }) op.backward_in_ops = run_backward_in_ops<S>;
}

template <class S, class... A>
auto run_forward(Context& context, const Value* v) {
  return [&]<size_t... I>(std::index_sequence<I...>) {
    return S::forward(context, get<A>(v[I])...);
  }(std::index_sequence_for<A...>{});
}
template <class S, class... A>
void set_forward(Op& op, Tensor (*)(Context&, A...)) {
  set_kinds<A...>(op, "forward");
  op.call = [](const Op& self, const Value* v) {
    if (wants_widening<A...>(self, v)) return call_widened(self, v);
    const Inputs<A...> inputs(v);
    Recorder recorder(self, inputs.data(), inputs.size());
    const Watched watched(Frame::kernels);
    Tensor output = run_forward<S, A...>(recorder.context(), v);
    if (watched) watched->called(self, v, {&output, 1}, recorder.node());
    return recorder.finish(std::move(output));
  };
  op.forward = [](const Op&, Context& context, const Value* v) { run_forward<S, A...>(context, v); };
}
template <class S, class... A>
void set_forward(Op& op, std::vector<Tensor> (*)(Context&, A...)) {
  set_kinds<A...>(op, "forward");
  op.call_many = [](const Op& self, const Value* v) {
    if (wants_widening<A...>(self, v)) return call_many_widened(self, v);
    const Inputs<A...> inputs(v);
    Recorder recorder(self, inputs.data(), inputs.size());
    const Watched watched(Frame::kernels);
    std::vector<Tensor> outputs = run_forward<S, A...>(recorder.context(), v);
    if (watched) watched->called(self, v, outputs, recorder.node());
    recorder.finish(outputs);
    return outputs;
  };
  op.forward = [](const Op&, Context& context, const Value* v) { run_forward<S, A...>(context, v); };
}

inline std::span<const Tensor> as_span(const Tensor& one) { return {&one, 1}; }
inline std::span<const Tensor> as_span(const std::vector<Tensor>& many) { return many; }

const char* file_name(const char* path);  // "csrc/ops/gelu.cpp" from whatever __FILE__ held

}  // namespace detail

// S::forward(Context&, args...) -> Tensor or std::vector<Tensor>
// S::backward(const Context&, dy) -> Gradients          on kernels, nothing recorded; and/or
// S::backward_in_ops(const Context&, dy) -> Gradients   in ops: gives double backward
// where dy is `const Tensor&`, or `const Tensor*` (one per output).
template <class S>
const Op& structured(OpInfo info, const char* file = __builtin_FILE()) {
  Op op(std::move(info));
  op.file = detail::file_name(file);
  detail::set_forward<S>(op, &S::forward);
  detail::set_backward<S>(op);
  return add_to_registry(std::move(op));
}

// A function written in other ops; or one that has no gradient at all.
template <auto Function>
const Op& composite(OpInfo info, const char* file = __builtin_FILE()) {
  Op op(std::move(info));
  op.file = detail::file_name(file);
  [&]<class R, class... A>(R (*)(A...)) {
    detail::set_kinds<A...>(op, "the function");
    const auto run = [](const Op& self, const Value* v) {
      if (detail::wants_widening<A...>(self, v)) {
        if constexpr (std::is_same_v<R, Tensor>)
          return detail::call_widened(self, v);
        else
          return detail::call_many_widened(self, v);
      }
      const Watched watched(Frame::ops);
      R output = [&]<size_t... I>(std::index_sequence<I...>) {
        return Function(get<A>(v[I])...);
      }(std::index_sequence_for<A...>{});
      if (watched) watched->called(self, v, detail::as_span(output), nullptr);
      return output;
    };
    if constexpr (std::is_same_v<R, Tensor>)
      op.call = run;
    else
      op.call_many = run;
  }(Function);
  return add_to_registry(std::move(op));
}

}  // namespace pynn
