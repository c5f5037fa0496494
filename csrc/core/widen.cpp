// widen.cpp — the one place where ops meet element types that have no loops: bfloat16 and int8.
//
// Such arguments are converted to the type they are computed in, the op is called again, and what it returns
// is rounded. The conversions are ops and record, so a gradient comes back rounded to the input's type.
#include "core/autocast.h"
#include "core/cast.h"
#include "core/elementwise.h"
#include "core/op.h"

namespace pynn {

namespace {

class Widened {
 public:
  Widened(const Op& op, const Value* given) {
    InlineVector<const Tensor*, 8> floats, integers;
    bool says_dtype = false;
    for (size_t i = 0; i < op.args.size(); ++i) {
      Value& v = values_[i] = given[i];
      if (op.args[i].kind == Kind::tensor) {
        note(*v.tensor, floats, integers);
        tensors_[i] = wide(*v.tensor);
        v.tensor = &tensors_[i];
      } else if (op.args[i].kind == Kind::tensors) {
        for (const Tensor& t : *v.tensors) note(t, floats, integers);
        for (const Tensor& t : *v.tensors) list_.push_back(wide(t));
        list_view_ = list_;
        v.tensors = &list_view_;
      } else if (op.args[i].kind == Kind::dtype && v.dtype != DType::none) {
        says_dtype = true;
        (is_floating(v.dtype) ? float_result_ : integer_result_) = v.dtype;
        v.dtype = compute_type(v.dtype);
      }
    }
    if (says_dtype) return;
    const bool stays_wide = op.autocast == Autocast::float32 && autocast_enabled();
    if (!floats.empty() && !stays_wide) float_result_ = result_type({floats.data(), floats.size()});
    if (!integers.empty()) integer_result_ = result_type({integers.data(), integers.size()});
  }

  const Value* values() const { return values_; }

  Tensor rounded(Tensor y) const {
    for (const DType result : {float_result_, integer_result_})
      if (y && is_narrow(result) && y.dtype() == compute_type(result)) return cast(y, result);
    return y;
  }

 private:
  // int64 is left out: beside an int8 tensor it is an index, and says nothing about the result.
  static void note(const Tensor& t, InlineVector<const Tensor*, 8>& floats,
                   InlineVector<const Tensor*, 8>& integers) {
    if (!t) return;
    if (is_floating(t.dtype())) floats.push_back(&t);
    if (is_integral(t.dtype()) && t.dtype() != DType::int64) integers.push_back(&t);
  }
  static Tensor wide(const Tensor& t) {
    return t && is_narrow(t.dtype()) ? cast(t, compute_type(t.dtype())) : t;
  }

  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];
  std::vector<Tensor> list_;
  TensorList list_view_;
  DType float_result_ = DType::none, integer_result_ = DType::none;
};

}  // namespace

Tensor detail::call_widened(const Op& op, const Value* v) {
  const Widened arguments(op, v);
  return arguments.rounded(op.call(op, arguments.values()));
}

std::vector<Tensor> detail::call_many_widened(const Op& op, const Value* v) {
  const Widened arguments(op, v);
  std::vector<Tensor> outputs = op.call_many(op, arguments.values());
  for (Tensor& y : outputs) y = arguments.rounded(std::move(y));
  return outputs;
}

}  // namespace pynn
