// random.h — fills memory with random numbers from the global stream, a whole vector of counters at a time.
//
// The layout of the stream, which no instruction set and no number of threads changes. Counter c makes four
// words w0 w1 w2 w3 of 32 bits (core/random.h), and a fill starts at the next unused counter:
//
//   float32, bytes of a mask   elements 4c .. 4c + 3 are made of w0, w1, w2, w3
//   float64, int64             elements 2c and 2c + 1 are made of (w0, w1) and (w2, w3), the upper word first
//   normals                    come in pairs, from what would be two neighbouring uniform numbers
//
// Uniform numbers in [0, 1), integers and masks are the same bits on every machine; normals, and uniform
// numbers over other ranges, are the same to rounding.
#pragma once
#include <cstdint>

#include "core/random.h"
#include "core/tensor.h"

namespace pynn {

void fill_uniform(const Tensor& x, double low, double high);     // floats in [low, high)
void fill_normal(const Tensor& x, double mean, double std);      // floats
void fill_integers(const Tensor& x, int64_t low, int64_t high);  // int64 in [low, high)
void fill_kept(const Tensor& x, double p);                       // uint8: 0 with probability p, else 1
void fill_kept(const Tensor& x, double p, RandomState from);     // from counters that were reserved
void fill_bernoulli(const Tensor& x, const Tensor& p);           // 1 with probability p, of x's type

// An element is kept where its word is at or above this.
inline uint64_t kept_threshold(double p) { return uint64_t(p * 0x1p32); }

}  // namespace pynn
