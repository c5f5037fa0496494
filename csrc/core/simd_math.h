// simd_math.h — the functions of <cmath> for Vec<float> and Vec<double>, and a few that learning needs.
//
// Largest error in units in the last place, float32 over all arguments (tests/test_vector_math.py):
//   <= 1   exp exp2 log tanh           <= 2   the rest of exponential.h, logarithm.h, trigonometric.h,
//   <= 4   normal_cdf normal_pdf              hyperbolic.h; erf, pow, rsqrt
// NaN goes through; 0, -0, denormal numbers and infinities give what the C library gives.
#pragma once
#include "core/math/error_function.h"         // erf erfc normal_pdf normal_cdf
#include "core/math/exponential.h"            // exp exp2 expm1 sigmoid
#include "core/math/hyperbolic.h"             // sinh cosh tanh asinh acosh atanh
#include "core/math/inverse_trigonometric.h"  // asin acos atan atan2
#include "core/math/logarithm.h"              // log log1p log2 log10 softplus log_sigmoid
#include "core/math/power.h"                  // pow rsqrt fmod remainder floor_divide
#include "core/math/trigonometric.h"          // sin cos tan
