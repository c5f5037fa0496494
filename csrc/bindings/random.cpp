// random.cpp — the state of the random stream, from Python.
#include "core/random.h"

#include "bindings/python.h"

namespace py = pybind11;

namespace pynn {

void define_random(py::module_& m) {
  // Any Python integer is a seed: only its low 64 bits count, so -1 is 2^64 - 1.
  m.def(
      "manual_seed",
      [](const py::int_& seed) {
        refuse_in_recording("the random stream is started anew");
        const uint64_t low = PyLong_AsUnsignedLongLongMask(seed.ptr());
        if (PyErr_Occurred()) throw py::error_already_set();
        manual_seed(low);
      },
      py::arg("seed"),
      "Starts the random stream anew: the same seed, the same numbers, on any machine and thread count.");
  m.def(
      "initial_seed", [] { return random_state().seed; },
      "The seed that the random stream was started with.");
  m.def(
      "get_rng_state",
      [] {
        refuse_in_recording("the state of the random stream is read");
        const RandomState s = random_state();
        return std::pair(s.seed, s.offset);
      },
      "Where the random stream stands: (seed, offset), for set_rng_state.");
  m.def(
      "set_rng_state",
      [](std::pair<uint64_t, uint64_t> s) {
        refuse_in_recording("the state of the random stream is set");
        set_random_state({s.first, s.second});
      },
      py::arg("state"), "Puts the random stream back to where get_rng_state found it.");
}

}  // namespace pynn
