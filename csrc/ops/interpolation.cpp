#include "ops/interpolation.h"

#include <algorithm>
#include <cmath>

#include "core/errors.h"

namespace pynn {

namespace {

double triangle(double d) { return std::max(0.0, 1 - std::abs(d)); }

// The piecewise cubic of Keys 1981 with slope a at 1.
double keys(double d, double a) {
  d = std::abs(d);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

// The step in the input for one in the output.
double step_of(const Interpolation& how, int64_t size, int64_t out) {
  if (how.align_corners) return out > 1 ? double(size - 1) / double(out - 1) : 0.0;
  return how.scale > 0 ? 1 / how.scale : double(size) / double(out);
}

std::vector<Tap> nearest(const Interpolation& how, int64_t size, int64_t out, int64_t i) {
  const bool exact = how.mode == "nearest-exact";
  int64_t place = exact ? (2 * i + 1) * size / (2 * out) : i * size / out;
  if (how.scale > 0) place = int64_t((double(i) + (exact ? 0.5 : 0.0)) / how.scale);
  return {{std::min(place, size - 1), 1.0}};
}

std::vector<Tap> area(int64_t size, int64_t out, int64_t i) {
  const int64_t start = i * size / out, end = ((i + 1) * size + out - 1) / out;
  std::vector<Tap> taps;
  for (int64_t k = start; k < end; ++k) taps.push_back({k, 1 / double(end - start)});
  return taps;
}

std::vector<Tap> smooth(const Interpolation& how, int64_t size, int64_t out, int64_t i) {
  const double step = step_of(how, size, out);
  const bool cubic = how.mode == "cubic";
  double at = how.align_corners ? double(i) * step : (double(i) + 0.5) * step - 0.5;
  if (!cubic) at = std::clamp(at, 0.0, double(size - 1));
  const int64_t floor = int64_t(std::floor(at));
  const double t = at - double(floor);
  std::vector<Tap> taps;
  for (int64_t k = cubic ? -1 : 0; k <= (cubic ? 2 : 1); ++k)
    taps.push_back({std::clamp<int64_t>(floor + k, 0, size - 1),
                    cubic ? keys(t - double(k), -0.75) : triangle(t - double(k))});
  return taps;
}

// Weights by the distance in units of the step, where that is more than one place; they sum to 1.
std::vector<Tap> antialiased(const Interpolation& how, int64_t size, int64_t out, int64_t i) {
  const double step = step_of(how, size, out), width = std::max(step, 1.0);
  const bool cubic = how.mode == "cubic";
  const double centre = step * (double(i) + 0.5), reach = (cubic ? 2 : 1) * width;
  const int64_t start = std::max<int64_t>(0, int64_t(centre - reach + 0.5)),
                end = std::min<int64_t>(size, int64_t(centre + reach + 0.5));
  std::vector<Tap> taps;
  double total = 0;
  for (int64_t k = start; k < end; ++k) {
    const double d = (double(k) - centre + 0.5) / width, weight = cubic ? keys(d, -0.5) : triangle(d);
    taps.push_back({k, weight});
    total += weight;
  }
  for (Tap& tap : taps) tap.weight /= total;
  return taps;
}

}  // namespace

TapLists taps_of(const Interpolation& how, int64_t size, int64_t out) {
  TapLists lists(static_cast<size_t>(out));
  for (int64_t i = 0; i < out; ++i)
    lists[size_t(i)] = how.mode == "area"                   ? area(size, out, i)
                       : how.mode.substr(0, 7) == "nearest" ? nearest(how, size, out, i)
                       : how.antialias                      ? antialiased(how, size, out, i)
                                                            : smooth(how, size, out, i);
  return lists;
}

TapLists transposed(const TapLists& lists, int64_t size) {
  TapLists turned(static_cast<size_t>(size));
  for (size_t i = 0; i < lists.size(); ++i)
    for (const Tap& tap : lists[i]) turned[size_t(tap.place)].push_back({int64_t(i), tap.weight});
  return turned;
}

template <class T>
TapTable<T>::TapTable(const TapLists& lists, int64_t size) : size_(size), most_(1) {
  const size_t out = lists.size();
  identity_ = int64_t(out) == size;
  for (const auto& taps : lists) most_ = std::max(most_, int64_t(taps.size()));
  index_.assign(out * size_t(most_), int32_t(size));
  weight_.assign(out * size_t(most_), T(0));
  count_.resize(out);
  for (size_t i = 0; i < out; ++i) {
    count_[i] = int32_t(lists[i].size());
    identity_ =
        identity_ && lists[i].size() == 1 && lists[i][0].place == int64_t(i) && lists[i][0].weight == 1;
    for (size_t t = 0; t < lists[i].size(); ++t) {
      index_[t * out + i] = int32_t(lists[i][t].place);
      weight_[t * out + i] = T(lists[i][t].weight);
    }
  }
}
template class TapTable<float>;
template class TapTable<double>;

}  // namespace pynn
