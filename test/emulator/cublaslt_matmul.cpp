// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuBLASLt: D = epilogue(alpha op(A) op(B) + beta C), by columns.

#include "test/emulator/contraction.h"
#include "test/emulator/cublaslt.h"
#include "test/emulator/gpu.h"

#include <cmath>
#include <cstring>

namespace dpsims::emulated {

namespace {

constexpr uint64_t workspaceAlignment = 256;
constexpr uint64_t workspaceWanted = 8192;

// What an algorithm was chosen for, kept in cublasLtMatmulAlgo_t.
struct Algorithm {
  uint64_t workspace;
  uint32_t alignments[4];
  uint32_t epilogue;
  uint32_t m, n, k;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

struct Problem {
  MatmulDesc desc;
  MatrixLayout a, b, c, d;
  uint64_t m, n, k;
};

[[noreturn]] void refuse(const std::string &message) { throw BlasError(CUBLAS_STATUS_INVALID_VALUE, message); }

bool isTransposed(cublasOperation_t operation) {
  if (operation != CUBLAS_OP_N && operation != CUBLAS_OP_T)
    refuse("an operation that is not emulated");
  return operation == CUBLAS_OP_T;
}

void requireBatches(const Problem &p) {
  for (const MatrixLayout *layout : {&p.a, &p.b, &p.c, &p.d})
    if (layout->batch != p.d.batch || layout->batchStride < 0)
      refuse("operands with different numbers of matrices, or a negative stride");
  uint64_t matrix = MatrixLayout{p.d.rows, p.d.columns, p.d.leadingDimension}.extent();
  if (p.d.batch > 1 && static_cast<uint64_t>(p.d.batchStride) < matrix)
    refuse("the matrices of D overlap: a stride of " + std::to_string(p.d.batchStride));
}

Problem describe(cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                 cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d) {
  Problem p{find(desc), find(a), find(b), find(c), find(d), 0, 0, 0};
  const bool narrows = p.d.type != CUDA_R_32F && p.d.type != p.a.type;
  if (p.a.type != p.b.type || p.c.type != p.d.type || narrows)
    throw BlasError(CUBLAS_STATUS_NOT_SUPPORTED, "matrices of types that do not go together");
  bool transposeA = isTransposed(p.desc.transposeA), transposeB = isTransposed(p.desc.transposeB);
  p.m = transposeA ? p.a.columns : p.a.rows;
  p.k = transposeA ? p.a.rows : p.a.columns;
  p.n = transposeB ? p.b.rows : p.b.columns;
  uint64_t inner = transposeB ? p.b.columns : p.b.rows;
  for (const MatrixLayout *result : {&p.c, &p.d})
    if (inner != p.k || result->rows != p.m || result->columns != p.n)
      refuse("sizes do not match: op(A) " + std::to_string(p.m) + " x " + std::to_string(p.k) + ", op(B) " +
             std::to_string(inner) + " x " + std::to_string(p.n) + ", C or D " + std::to_string(result->rows) + " x " +
             std::to_string(result->columns));
  requireBatches(p);
  return p;
}

struct EpilogueParts {
  bool bias = false, relu = false, gelu = false;
};

EpilogueParts partsOf(cublasLtEpilogue_t epilogue) {
  switch (epilogue) {
  case CUBLASLT_EPILOGUE_DEFAULT:
    return {};
  case CUBLASLT_EPILOGUE_BIAS:
    return {true, false, false};
  case CUBLASLT_EPILOGUE_RELU:
    return {false, true, false};
  case CUBLASLT_EPILOGUE_RELU_BIAS:
    return {true, true, false};
  case CUBLASLT_EPILOGUE_GELU:
    return {false, false, true};
  case CUBLASLT_EPILOGUE_GELU_BIAS:
    return {true, false, true};
  default:
    refuse("epilogue " + std::to_string(epilogue) + " is not emulated");
  }
}

// The tanh approximation is cuBLASLt's.
float gelu(float x) { return 0.5f * x * (1 + std::tanh(0.7978845608f * (x + 0.044715f * x * x * x))); }

struct Operands {
  const void *a, *b, *c;
  const float *bias;
  void *d;
  void *workspace;
  uint64_t workspaceBytes;
  float alpha, beta;
};

bool overlap(const void *a, uint64_t aBytes, const void *b, uint64_t bBytes) {
  auto from = reinterpret_cast<uint64_t>(a), other = reinterpret_cast<uint64_t>(b);
  return from < other + bBytes && other < from + aBytes;
}

// C may be D, with the same layout; nothing else may meet what is written.
void requireNoOverlap(const Problem &p, const Operands &o) {
  uint64_t dBytes = p.d.bytes(), cBytes = p.c.bytes();
  bool inPlace = o.c == o.d && p.c.leadingDimension == p.d.leadingDimension && p.c.batchStride == p.d.batchStride;
  if (o.beta != 0 && !inPlace && overlap(o.c, cBytes, o.d, dBytes))
    refuse("C and D overlap, and are not the same matrix");
  struct Input {
    const void *at;
    uint64_t bytes;
  };
  uint64_t biasBytes = o.bias ? p.m * sizeof(float) : 0;
  for (const Input &input : {Input{o.a, p.a.bytes()}, Input{o.b, p.b.bytes()}, Input{o.bias, biasBytes},
                             Input{o.workspace, o.workspaceBytes}})
    if (overlap(input.at, input.bytes, o.d, dBytes))
      refuse("D overlaps an operand or the workspace");
}

void requireAlignment(const void *address, uint32_t alignment, const char *name) {
  if (reinterpret_cast<uint64_t>(address) % alignment)
    refuse(std::string(name) + " is not aligned to the " + std::to_string(alignment) +
           " bytes that the algorithm was chosen for");
}

void requireOperands(const Problem &p, const Algorithm &algorithm, const Operands &o, const EpilogueParts &parts) {
  if (algorithm.epilogue != p.desc.epilogue || algorithm.m != p.m || algorithm.n != p.n || algorithm.k != p.k)
    refuse("the algorithm was chosen for another problem");
  requireAlignment(o.a, algorithm.alignments[0], "A");
  requireAlignment(o.b, algorithm.alignments[1], "B");
  requireAlignment(o.c, algorithm.alignments[2], "C");
  requireAlignment(o.d, algorithm.alignments[3], "D");
  requireAlignment(o.workspace, workspaceAlignment, "the workspace");
  if (o.workspaceBytes < algorithm.workspace)
    refuse("a workspace of " + std::to_string(o.workspaceBytes) + " bytes for " + std::to_string(algorithm.workspace));
  if (parts.bias && !o.bias)
    refuse("the epilogue has a bias, which is a null pointer");
  requireNoOverlap(p, o);
}

void checkMemory(const Problem &p, const Operands &o, const EpilogueParts &parts) {
  const Gpu &it = gpu();
  it.checkDevice(o.a, p.a.bytes(), "cuBLASLt: A");
  it.checkDevice(o.b, p.b.bytes(), "cuBLASLt: B");
  it.checkDevice(o.d, p.d.bytes(), "cuBLASLt: D");
  if (o.beta != 0)
    it.checkDevice(o.c, p.c.bytes(), "cuBLASLt: C");
  if (parts.bias)
    it.checkDevice(o.bias, p.m * sizeof(float), "cuBLASLt: bias");
  it.checkDevice(o.workspace, o.workspaceBytes, "cuBLASLt: workspace");
}

// All elements of a layout's matrices, in f32.
std::vector<float> valuesOf(const MatrixLayout &layout, const void *memory) {
  const auto count = static_cast<int64_t>(layout.extent());
  if (layout.type != CUDA_R_32F)
    return widenBf16(memory, count);
  const auto *values = static_cast<const float *>(memory);
  return {values, values + count};
}

void store(const MatrixLayout &layout, const std::vector<float> &values, void *memory) {
  if (layout.type != CUDA_R_32F)
    narrowToBf16(values, memory);
  else
    std::copy(values.begin(), values.end(), static_cast<float *>(memory));
}

// op(A) op(B) by columns, which is op(B)^T op(A)^T by rows.
std::vector<float> product(const Problem &p, const float *a, const float *b) {
  std::vector<float> result(p.m * p.n), roundedA, roundedB;
  if (p.desc.compute == CUBLAS_COMPUTE_32F_FAST_TF32) {
    auto round = [](const MatrixLayout &layout, const float *values) {
      MatrixLayout one{layout.rows, layout.columns, layout.leadingDimension};
      return roundToTf32(values, static_cast<int64_t>(one.extent()));
    };
    roundedA = round(p.a, a);
    roundedB = round(p.b, b);
    a = roundedA.data();
    b = roundedB.data();
  }
  multiply({isTransposed(p.desc.transposeB), isTransposed(p.desc.transposeA), static_cast<int64_t>(p.n),
            static_cast<int64_t>(p.m), static_cast<int64_t>(p.k), b, p.b.leadingDimension, a, p.a.leadingDimension,
            result.data(), static_cast<int64_t>(p.m)});
  return result;
}

void execute(const Problem &p, const Operands &o) {
  EpilogueParts parts = partsOf(p.desc.epilogue);
  checkMemory(p, o, parts);
  poison(o.workspace, o.workspaceBytes);
  const std::vector<float> allA = valuesOf(p.a, o.a), allB = valuesOf(p.b, o.b);
  const std::vector<float> allC = o.beta != 0 ? valuesOf(p.c, o.c) : std::vector<float>();
  std::vector<float> allD = valuesOf(p.d, o.d); // between the columns it stays
  for (int32_t matrix = 0; matrix < p.d.batch; ++matrix) {
    std::vector<float> result =
        product(p, allA.data() + matrix * p.a.batchStride, allB.data() + matrix * p.b.batchStride);
    const float *c = allC.data() + matrix * p.c.batchStride;
    float *d = allD.data() + matrix * p.d.batchStride;
    for (uint64_t column = 0; column < p.n; ++column)
      for (uint64_t row = 0; row < p.m; ++row) {
        float x = o.alpha * result[column * p.m + row];
        if (o.beta != 0)
          x += o.beta * c[column * p.c.leadingDimension + row];
        if (parts.bias)
          x += o.bias[row];
        d[column * p.d.leadingDimension + row] = parts.relu ? (x < 0 ? 0 : x) : parts.gelu ? gelu(x) : x;
      }
  }
  store(p.d, allD, o.d);
}

} // namespace

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t *results, int *count) {
  return blasCall("cublasLtMatmulAlgoGetHeuristic", [&] {
    requireHandle(handle);
    if (wanted < 1 || !results || !count)
      refuse("no place for a result");
    Problem p = describe(desc, a, b, c, d);
    if (partsOf(p.desc.epilogue).bias && p.desc.biasType != CUDA_R_32F &&
        (p.desc.biasType != -1 || p.d.type != CUDA_R_32F))
      throw BlasError(CUBLAS_STATUS_NOT_SUPPORTED, "a bias that is not f32 is not emulated");
    if (partsOf(p.desc.epilogue).bias && !p.desc.bias)
      refuse("the epilogue has a bias, which is a null pointer");
    const MatmulPreference &wishes = find(preference);
    Algorithm algorithm{std::min(wishes.workspaceLimit, workspaceWanted),
                        {},
                        p.desc.epilogue,
                        static_cast<uint32_t>(p.m),
                        static_cast<uint32_t>(p.n),
                        static_cast<uint32_t>(p.k)};
    std::copy_n(wishes.alignments, 4, algorithm.alignments);
    results[0] = {};
    std::memcpy(&results[0].algo, &algorithm, sizeof(algorithm));
    results[0].workspaceSize = algorithm.workspace;
    results[0].state = CUBLAS_STATUS_SUCCESS;
    *count = 1;
  });
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void *alpha, const void *a,
                              cublasLtMatrixLayout_t aLayout, const void *b, cublasLtMatrixLayout_t bLayout,
                              const void *beta, const void *c, cublasLtMatrixLayout_t cLayout, void *d,
                              cublasLtMatrixLayout_t dLayout, const cublasLtMatmulAlgo_t *algo, void *workspace,
                              size_t workspaceBytes, cudaStream_t stream) {
  return blasCall("cublasLtMatmul", [&] {
    requireHandle(handle);
    if (!alpha || !beta || !algo)
      refuse("no scales, or no algorithm");
    Problem p = describe(desc, aLayout, bLayout, cLayout, dLayout);
    EpilogueParts parts = partsOf(p.desc.epilogue);
    Algorithm algorithm;
    std::memcpy(&algorithm, algo, sizeof(algorithm));
    auto floats = [](const void *address) { return static_cast<const float *>(address); };
    Operands operands{a,
                      b,
                      c,
                      parts.bias ? floats(p.desc.bias) : nullptr,
                      d,
                      workspace,
                      workspaceBytes,
                      *floats(alpha),
                      *floats(beta)};
    requireOperands(p, algorithm, operands, parts);
    gpu().submitLibraryCall(stream, "cuBLASLt", [=] { execute(p, operands); });
  });
}

} // extern "C"
