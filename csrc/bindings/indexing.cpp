// indexing.cpp — x[key] and x[key] = value with NumPy's rules.
//
// A key is read into steps, one for each axis of x and each new axis. Integers, slices, None and Ellipsis
// only move the view (autograd/part.h); tensors of integers and masks look elements up (ops/index.h).
#include "autograd/inplace.h"
#include "bindings/python.h"
#include "ops/index.h"

namespace py = pybind11;

namespace pynn {

namespace {

struct Step {
  enum Kind : uint8_t { place, range, new_axis, lookup } kind;
  int64_t start = 0, step = 1, length = 0;  // place: start alone
  Tensor index;                             // lookup: integers or a mask
};

class Key {
 public:
  Key(const Tensor& x, PyObject* key);

  bool looks_up() const { return lookups_ > 0; }
  void cut(Part& part) const;           // what the basic steps do to a geometry
  std::vector<Tensor> lookups() const;  // for index(): one entry per axis (a mask: per mask) of the cut view
  int64_t place_of_lookups() const;     // for index(): how many axes of the view stand before theirs

 private:
  void add_ellipsis(PyObject* const* items, Py_ssize_t from, Py_ssize_t count);
  void add(PyObject* item);
  void add_place(int64_t i);
  void add_lookup(Tensor index);
  void take_axes(int n);
  [[noreturn]] void too_many() const {
    throw IndexError(text("a tensor of shape ", x_.shape(), " has ", x_.ndim(),
                          x_.ndim() == 1 ? " axis" : " axes", ", the key indexes more"));
  }

  const Tensor& x_;
  int axis_ = 0;  // the next axis of x to be indexed
  int lookups_ = 0;
  InlineVector<Step, 4> steps_;
};

bool is_none_or_ellipsis(PyObject* item) { return item == Py_None || item == Py_Ellipsis; }

// A list of numbers, a NumPy array, a Tensor: what is looked up element by element.
bool is_lookup(PyObject* item) {
  if (is_tensor(item)) return tensor_of(item).ndim() > 0 || tensor_of(item).dtype() == DType::boolean;
  if (PyList_Check(item)) return true;
  return !PyIndex_Check(item) ||
         (PyObject_HasAttrString(item, "ndim") && PyObject_HasAttrString(item, "__len__"));
}

// How many axes of x an item indexes, before it is read.
int axes_of(PyObject* item) {
  if (is_none_or_ellipsis(item) || PyBool_Check(item)) return 0;
  if (PyLong_Check(item) || PySlice_Check(item) || !is_lookup(item)) return 1;
  if (is_tensor(item)) return tensor_of(item).dtype() == DType::boolean ? tensor_of(item).ndim() : 1;
  const Tensor t = make_tensor(item, DType::none);
  return t.dtype() == DType::boolean ? t.ndim() : 1;
}

Key::Key(const Tensor& x, PyObject* key) : x_(x) {
  if (!PyTuple_Check(key)) {
    if (key != Py_Ellipsis) add(key);
  } else {
    PyObject* const* items = &PyTuple_GET_ITEM(key, 0);
    const Py_ssize_t count = PyTuple_GET_SIZE(key);
    bool seen_ellipsis = false;
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (items[i] != Py_Ellipsis) {
        add(items[i]);
        continue;
      }
      if (std::exchange(seen_ellipsis, true)) throw IndexError("a key has at most one Ellipsis (...)");
      add_ellipsis(items, i + 1, count);
    }
  }
  take_axes(x_.ndim() - axis_);
}

void Key::take_axes(int n) {
  for (int i = 0; i < n; ++i) steps_.push_back({Step::range, 0, 1, x_.shape()[axis_++], {}});
}

void Key::add_ellipsis(PyObject* const* items, Py_ssize_t from, Py_ssize_t count) {
  int needed = 0;
  for (Py_ssize_t i = from; i < count; ++i) needed += axes_of(items[i]);
  const int covered = x_.ndim() - axis_ - needed;
  if (covered < 0) too_many();
  take_axes(covered);
}

void Key::add_place(int64_t i) {
  if (axis_ >= x_.ndim()) too_many();
  const int64_t size = x_.shape()[axis_], at = i < 0 ? i + size : i;
  if (at < 0 || at >= size)
    throw IndexError(
        text("index ", i, " is outside axis ", axis_, " of size ", size, " (shape ", x_.shape(), ")"));
  steps_.push_back({Step::place, at, 1, 1, {}});
  ++axis_;
}

void Key::add_lookup(Tensor index) {
  if (is_integral(index.dtype())) index = index.to(DType::int64);
  if (index.dtype() != DType::boolean && index.dtype() != DType::int64) {
    if (index.numel() > 0 || !is_floating(index.dtype()))
      throw IndexError(text("an index must hold integers or bools, this one holds ", index.dtype(),
                            ". Did you mean index.long()?"));
    index = index.to(DType::int64);  // an empty list
  }
  const int covered = index.dtype() == DType::boolean ? index.ndim() : 1;
  if (axis_ + covered > x_.ndim()) too_many();
  axis_ += covered;
  ++lookups_;
  steps_.push_back({Step::lookup, 0, 1, 0, std::move(index)});
}

void Key::add(PyObject* item) {
  if (PyBool_Check(item) ||
      (is_tensor(item) && tensor_of(item).ndim() == 0 && tensor_of(item).dtype() == DType::boolean)) {
    // True keeps everything under a new axis of size 1, False nothing.
    const bool keep = PyBool_Check(item) ? item == Py_True : tensor_of(item).item<bool>();
    steps_.push_back({Step::new_axis, 0, 1, keep, {}});
  } else if (PyLong_Check(item)) {
    add_place(to_int(item, "an index"));
  } else if (item == Py_None) {
    steps_.push_back({Step::new_axis, 0, 1, 1, {}});
  } else if (PySlice_Check(item)) {
    if (axis_ >= x_.ndim()) too_many();
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(item, &start, &stop, &step) < 0) throw py::error_already_set();
    const Py_ssize_t length = PySlice_AdjustIndices(x_.shape()[axis_], &start, &stop, step);
    steps_.push_back({Step::range, start, step, length, {}});
    ++axis_;
  } else if (!is_lookup(item)) {
    add_place(to_int(item, "an index"));
  } else if (PyUnicode_Check(item) || PyFloat_Check(item) || PyDict_Check(item)) {
    throw IndexError(
        text("an index must be an int, a slice, None, ..., a list or a tensor of ints or bools, not ",
             Py_TYPE(item)->tp_name));
  } else {
    add_lookup(PyList_Check(item) ? to_tensor(item)
               : is_tensor(item)  ? tensor_of(item)
                                  : make_tensor(item, DType::none));
  }
}

void Key::cut(Part& part) const {
  int axis = 0;
  for (const Step& s : steps_) {
    switch (s.kind) {
      case Step::place:
        drop_axis(part, axis, s.start);
        break;
      case Step::range:
        if (s.length != part.shape[axis] || s.step != 1) cut_axis(part, axis, s.start, s.step, s.length);
        ++axis;
        break;
      case Step::new_axis:
        part.shape.insert(axis, s.length);
        part.strides.insert(axis, 0);
        ++axis;
        break;
      case Step::lookup:
        axis += s.index.dtype() == DType::boolean ? s.index.ndim() : 1;
        break;
    }
  }
}

std::vector<Tensor> Key::lookups() const {
  std::vector<Tensor> indices;
  for (const Step& s : steps_)
    if (s.kind != Step::place) indices.push_back(s.index);
  return indices;
}

// NumPy: integers count among the lookups; if all of these are neighbours, their common axes stand in their
// place, else in front.
int64_t Key::place_of_lookups() const {
  int64_t axes = 0, axes_before = 0;
  bool seen = false, left = false, apart = false;
  for (const Step& s : steps_) {
    if (s.kind == Step::place || s.kind == Step::lookup) {
      if (left) apart = true;
      if (!seen) axes_before = axes;
      seen = true;
    } else {
      ++axes;
      left = seen;
    }
  }
  return apart ? 0 : axes_before;
}

Tensor basic_view(const Tensor& x, const Key& key) {
  return cut_view(x, [&](Part& part) { key.cut(part); });
}

// The value as x's type, broadcast to `shape` (leading axes of size 1 may be too many, as in NumPy).
Tensor fitted(Tensor value, const Tensor& x, const Shape& shape) {
  value = cast(value, x.dtype());
  Shape trimmed = value.shape();
  while (trimmed.n > shape.n && trimmed[0] == 1) trimmed.erase(0);
  if (trimmed.n != value.ndim()) value = reshape(value, trimmed);
  if (trimmed == shape) return value;
  const bool fits = [&] {
    if (trimmed.n > shape.n) return false;
    for (int i = 0; i < trimmed.n; ++i)
      if (trimmed[i] != 1 && trimmed[i] != shape[shape.n - trimmed.n + i]) return false;
    return true;
  }();
  if (!fits)
    throw ShapeError(text("assignment: a value of shape ", value.shape(),
                          " does not broadcast to the indexed part of shape ", shape));
  return expand(value, shape);
}

void assign_basic(const Tensor& x, const Key& key, const Tensor& value) {
  Part memory = memory_of(x), logical = whole(x.shape());
  key.cut(memory);
  key.cut(logical);
  Tensor source = fitted(value, x, memory.shape);
  keep_old_values(x, source);
  Tensor from = source;
  if (source.impl()->storage == x.impl()->storage) {  // x[1:] = x[:-1]
    from = empty(source.shape(), source.dtype());
    copy_into(from, source);
  }
  x.about_to_write("setitem");
  copy_into(x.alias(memory.shape, memory.strides, numel(memory.shape) ? memory.offset : 0), from);
  give_history_of_part(x, memory, logical, source);
}

void assign_lookup(const Tensor& x, const Key& key, const Tensor& value) {
  const Tensor view = basic_view(x, key);
  Tensor source = cast(value, x.dtype());
  keep_old_values(x, source);
  if (source.impl()->storage == x.impl()->storage) source = clone(source);
  x.about_to_write("setitem");
  const std::vector<Tensor> indices = key.lookups();
  give_history(view, index_put_into(view, indices, source, key.place_of_lookups()));
}

}  // namespace

PyObject* tensor_getitem(PyObject* self, PyObject* key_object) {
  return guard([&]() -> PyObject* {
    const Tensor& x = tensor_of(self);
    const Key key(x, key_object);
    const Tensor view = basic_view(x, key);
    if (!key.looks_up()) return wrap(view);
    const std::vector<Tensor> indices = key.lookups();
    return wrap(index(view, indices, key.place_of_lookups()));
  });
}

int tensor_setitem(PyObject* self, PyObject* key_object, PyObject* value_object) {
  return guard(
      [&] {
        const Tensor& x = tensor_of(self);
        if (!value_object)
          throw TypeError(
              "elements of a tensor cannot be deleted. Did you mean to select the others, x[keep]?");
        check_in_place(x, "setitem");
        const Key key(x, key_object);
        const Tensor value = to_tensor(value_object, "setitem");
        if (key.looks_up())
          assign_lookup(x, key, value);
        else
          assign_basic(x, key, value);
        return 0;
      },
      -1);
}

}  // namespace pynn
