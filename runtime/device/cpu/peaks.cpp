// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/peaks.h"

#include "runtime/base/tensor.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <immintrin.h>
#include <omp.h>

namespace dpsims {

namespace {

constexpr int accumulators = 16; // more than latency times units of any core
constexpr int64_t iterations = 200 * 1000;
constexpr size_t copyBytes = size_t(128) << 20;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

__attribute__((target("avx512f"))) float chainAvx512(float start) {
  __m512 sums[accumulators], factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(start);
  for (__m512 &sum : sums)
    sum = term;
  for (int64_t i = 0; i < iterations; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < accumulators; ++j)
      sums[j] = _mm512_fmadd_ps(sums[j], factor, term);
  float total = 0;
  for (__m512 &sum : sums)
    total += sum[0];
  return total;
}

__attribute__((target("avx2,fma"))) float chainAvx2(float start) {
  __m256 sums[accumulators], factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(start);
  for (__m256 &sum : sums)
    sum = term;
  for (int64_t i = 0; i < iterations; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < accumulators; ++j)
      sums[j] = _mm256_fmadd_ps(sums[j], factor, term);
  float total = 0;
  for (__m256 &sum : sums)
    total += sum[0];
  return total;
}

float chainSse2(float start) {
  __m128 sums[accumulators], factor = _mm_set1_ps(0.999f), term = _mm_set1_ps(start);
  for (__m128 &sum : sums)
    sum = term;
  for (int64_t i = 0; i < iterations; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < accumulators; ++j)
      sums[j] = _mm_add_ps(_mm_mul_ps(sums[j], factor), term);
  float total = 0;
  for (__m128 &sum : sums)
    total += sum[0];
  return total;
}

struct Chain {
  float (*run)(float);
  int lanes;
  const char *instructions;
};

Chain chooseChain() {
  if (__builtin_cpu_supports("avx512f"))
    return {chainAvx512, 16, "avx512f"};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {chainAvx2, 8, "avx2"};
  return {chainSse2, 4, "sse2"};
}

// Each thread takes its own best time: short trials, of which other processes disturb only some.
double measureFlops(const Chain &chain, int threads) {
  double sum = 0;
  volatile float sink = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
  {
    double best = 0;
    for (int trial = 0; trial < 30; ++trial) {
      double start = now();
      float result = chain.run(1.0f + static_cast<float>(omp_get_thread_num()));
      best = std::max(best, 2.0 * chain.lanes * accumulators * static_cast<double>(iterations) / (now() - start));
#pragma omp critical
      sink = sink + result;
    }
    sum += best;
  }
  return sum;
}

double measureBandwidth(int threads) {
  HostBuffer from(copyBytes), to(copyBytes);
  double best = 0;
  for (int trial = 0; trial < 8; ++trial) { // the first one touches the pages
    double start = now();
#pragma omp parallel num_threads(threads)
    {
      size_t parts = static_cast<size_t>(omp_get_num_threads()), part = static_cast<size_t>(omp_get_thread_num());
      size_t begin = copyBytes / parts * part, end = part + 1 == parts ? copyBytes : begin + copyBytes / parts;
      if (trial == 0)
        std::memset(from.as<char>() + begin, 1, end - begin);
      std::memcpy(to.as<char>() + begin, from.as<char>() + begin, end - begin);
    }
    if (trial > 0)
      best = std::max(best, 2.0 * static_cast<double>(copyBytes) / (now() - start));
  }
  return best;
}

} // namespace

DevicePeaks measureCpuPeaks(int threads) {
  Chain chain = chooseChain();
  return {measureBandwidth(threads), {{std::string("f32, ") + chain.instructions, measureFlops(chain, threads)}}};
}

} // namespace dpsims
