#include <cstring>

#include "core/op.h"

namespace pynn {

namespace {
std::deque<Op>& ops() {  // a deque: records keep their address as others join
  static std::deque<Op> all;
  return all;
}
}  // namespace

const std::deque<Op>& registry() { return ops(); }

const Op& add_to_registry(Op op) {
  if (find_op(op.name)) throw std::logic_error(text("two ops are named ", op.name));
  ops().push_back(std::move(op));
  return ops().back();
}

const Op* find_op(std::string_view name) {
  for (const Op& op : ops())
    if (name == op.name) return &op;
  return nullptr;
}

const char* detail::file_name(const char* path) {
  const char* start = std::strstr(path, "csrc/");
  return start ? start : path;
}

}  // namespace pynn
