// simd_math.h — the functions of <cmath> for Vec<float> and Vec<double>, and a few that learning needs.
//
// Largest error in units in the last place, float32 (tools/ulp.py; the table is in docs/vector-math.md):
//   <= 1   exp exp2 expm1 log log1p log2 log10 tanh pow
//   <= 2   sigmoid silu softplus erf rsqrt, circular and hyperbolic functions       <= 4   gelu erfc
// NaN goes through; 0, -0, denormal numbers and infinities give what the C library gives.
#pragma once
#include "core/math/error_function.h"         // erf erfc normal_pdf normal_cdf gelu
#include "core/math/exponential.h"            // exp exp2 expm1 sigmoid silu
#include "core/math/hyperbolic.h"             // sinh cosh tanh asinh acosh atanh
#include "core/math/inverse_trigonometric.h"  // asin acos atan atan2
#include "core/math/logarithm.h"              // log log1p log2 log10 softplus log_sigmoid
#include "core/math/power.h"                  // pow rsqrt fmod remainder floor_divide
#include "core/math/trigonometric.h"          // sin cos tan
