// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/peaks.h"

#include "runtime/base/tensor.h"
#include "runtime/device/cpu/parallel.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <immintrin.h>
#include <numeric>
#include <vector>

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

// Sums of two products of bf16 each.
__attribute__((target("avx512f,avx512bf16"))) float chainBf16(float start) {
  __m512 sums[accumulators];
  const __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(start));
  for (__m512 &sum : sums)
    sum = _mm512_set1_ps(start);
  for (int64_t i = 0; i < iterations; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < accumulators; ++j)
      sums[j] = _mm512_dpbf16_ps(sums[j], factor, factor);
  float total = 0;
  for (__m512 &sum : sums)
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
double measureFlops(const Chain &chain, Team &team) {
  std::vector<double> best(static_cast<size_t>(team.size()));
  std::vector<float> results(best.size()); // somebody may read them
  team.run(team.size(), [&](int64_t chunk, int thread) {
    const size_t i = static_cast<size_t>(thread);
    for (int trial = 0; trial < 30; ++trial) {
      double start = now();
      results[i] += chain.run(1.0f + static_cast<float>(chunk));
      best[i] = std::max(best[i], 2.0 * chain.lanes * accumulators * static_cast<double>(iterations) / (now() - start));
    }
  });
  volatile float sink = std::accumulate(results.begin(), results.end(), 0.0f);
  static_cast<void>(sink);
  return std::accumulate(best.begin(), best.end(), 0.0);
}

double measureBandwidth(Team &team) {
  constexpr int64_t chunks = 64;
  HostBuffer from(copyBytes), to(copyBytes);
  double best = 0;
  for (int trial = 0; trial < 8; ++trial) { // the first one touches the pages
    double start = now();
    shareRange(team, int64_t(copyBytes), chunks, [&](int64_t begin, int64_t end) {
      if (trial == 0)
        std::memset(from.as<char>() + begin, 1, size_t(end - begin));
      std::memcpy(to.as<char>() + begin, from.as<char>() + begin, size_t(end - begin));
    });
    if (trial > 0)
      best = std::max(best, 2.0 * static_cast<double>(copyBytes) / (now() - start));
  }
  return best;
}

} // namespace

DevicePeaks measureCpuPeaks(Team &team) {
  Chain chain = chooseChain();
  DevicePeaks peaks{measureBandwidth(team), {{std::string("f32, ") + chain.instructions, measureFlops(chain, team)}}};
  if (__builtin_cpu_supports("avx512bf16"))
    peaks.arithmetic.push_back({"bf16, avx512_bf16", measureFlops({chainBf16, 32, "avx512_bf16"}, team)});
  return peaks;
}

} // namespace dpsims
