// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/step.h"

#include <optional>

namespace dpsims::cuda {

namespace {

// What an algorithm may use at most; more is of no use to f32.
constexpr uint64_t workspaceLimit = 32 << 20;

template <typename Handle, cublasStatus_t (*destroy)(Handle)> class Owned {
public:
  Owned() = default;
  ~Owned() {
    if (handle)
      destroy(handle);
  }
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  Handle *address() { return &handle; }
  Handle get() const { return handle; }

private:
  Handle handle = nullptr;
};

using MatmulDesc = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Layout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Preference = Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

template <typename T> void set(MatmulDesc &desc, cublasLtMatmulDescAttributes_t name, const T &value) {
  check(cublasLtMatmulDescSetAttribute(desc.get(), name, &value, sizeof(value)), "cublasLtMatmulDescSetAttribute");
}

template <typename T> void set(Layout &layout, cublasLtMatrixLayoutAttribute_t name, const T &value) {
  check(cublasLtMatrixLayoutSetAttribute(layout.get(), name, &value, sizeof(value)),
        "cublasLtMatrixLayoutSetAttribute");
}

template <typename T> void set(Preference &preference, cublasLtMatmulPreferenceAttributes_t name, const T &value) {
  check(cublasLtMatmulPreferenceSetAttribute(preference.get(), name, &value, sizeof(value)),
        "cublasLtMatmulPreferenceSetAttribute");
}

// cuBLASLt counts by columns: it sees every row-major matrix transposed, and is asked for dst^T = b^T a^T. Its first
// operand is b, its second a, and the bias along its rows is the bias along the columns of dst.
class Matmul : public DeviceStep {
public:
  Matmul(const CudaStepContext &context, const MatmulStep &step);

  void bind(const Addresses &addresses) override;
  void run() override;
  std::string implementation() const override {
    return hasEpilogue() && !epilogueLeft ? "cublaslt+epilogue" : "cublaslt";
  }
  uint64_t launches() const override { return 1 + epilogueLeft; }

private:
  void createLayouts(const MatmulStep &step);
  void createLayout(Layout &matrix, ElementType type, uint64_t rows, uint64_t columns, uint64_t batchStride);
  bool chooseAlgorithm(bool fused);
  cublasLtEpilogue_t fusedEpilogue() const;
  bool hasEpilogue() const { return bias || residual || epilogue.activation != Activation::None; }

  Libraries &libraries;
  bool tf32;
  ElementType factors, resultType;
  uint64_t batch, m, n, k;
  Epilogue epilogue;
  Operand a, b, dst;
  std::optional<Operand> bias, residual;
  std::optional<Operand> result; // where the product waits for its epilogue, if not in dst
  Operand workspace;

  MatmulDesc desc;
  Layout aLayout, bLayout, dstLayout;
  cublasLtMatmulAlgo_t algorithm;
  uint64_t algorithmWorkspace = 0;
  bool addsResidual = false; // in cuBLASLt
  bool epilogueLeft = false; // for the kernel of kernels.h

  // Resolved.
  void *aAt, *bAt, *dstAt, *residualAt, *resultAt, *workspaceAt;
  float *biasAt;
};

Matmul::Matmul(const CudaStepContext &context, const MatmulStep &step)
    : libraries(context.libraries), tf32(context.precision == Precision::TF32), factors(context.buffer(step.a).type),
      resultType(context.buffer(step.dst).type), batch(step.batch), m(step.m), n(step.n), k(step.k),
      epilogue(step.epilogue), a(context.operand(step.a)), b(context.operand(step.b)), dst(context.operand(step.dst)),
      bias(context.optionalOperand(step.bias)), residual(context.optionalOperand(step.residual)) {
  StepWorkspace space = context.workspace();
  if (step.sharedB) { // one product of all rows
    m *= batch;
    batch = 1;
  }
  createLayouts(step);
  if (!chooseAlgorithm(/*fused=*/true)) {
    if (context.overwritesResidual(step.dst, step.residual))
      result = space.reserve(batch * m * n * elementSize(resultType));
    if (!chooseAlgorithm(/*fused=*/false))
      failDevice("cuBLASLt has no algorithm for a product of ", m, " x ", k, " and ", k, " x ", n, " in ",
                 factors == ElementType::BF16 ? "bf16" : "f32");
  }
  workspace = space.reserve(algorithmWorkspace);
}

void Matmul::createLayout(Layout &matrix, ElementType type, uint64_t rows, uint64_t columns, uint64_t batchStride) {
  const cudaDataType_t dataType = type == ElementType::BF16 ? CUDA_R_16BF : CUDA_R_32F;
  check(cublasLtMatrixLayoutCreate(matrix.address(), dataType, rows, columns, static_cast<int64_t>(rows)),
        "cublasLtMatrixLayoutCreate");
  set(matrix, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, static_cast<int32_t>(batch));
  set(matrix, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, static_cast<int64_t>(batchStride));
}

void Matmul::createLayouts(const MatmulStep &step) {
  createLayout(bLayout, factors, step.transposeB ? k : n, step.transposeB ? n : k, k * n);
  createLayout(aLayout, factors, step.transposeA ? m : k, step.transposeA ? k : m, m * k);
  createLayout(dstLayout, resultType, n, m, m * n);
  cublasComputeType_t compute = tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  check(cublasLtMatmulDescCreate(desc.address(), compute, CUDA_R_32F), "cublasLtMatmulDescCreate");
  set(desc, CUBLASLT_MATMUL_DESC_TRANSA, step.transposeB ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(desc, CUBLASLT_MATMUL_DESC_TRANSB, step.transposeA ? CUBLAS_OP_T : CUBLAS_OP_N);
  if (bias)
    set(desc, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, CUDA_R_32F);
}

// GELU is not among them: cuBLASLt's is the approximation by tanh.
cublasLtEpilogue_t Matmul::fusedEpilogue() const {
  if (epilogue.activation == Activation::Relu)
    return bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
  return bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
}

// cuBLASLt adds the residual (its C) before the activation, so that it can do so only where there is none. `fused`: as
// much of the epilogue as it can do; else none. A residual in dst is lost to an epilogue that comes later.
bool Matmul::chooseAlgorithm(bool fused) {
  bool identity = epilogue.activation == Activation::None;
  bool activates = identity || (epilogue.activation == Activation::Relu && !residual);
  if (fused && !activates)
    return false;
  addsResidual = fused && residual;
  epilogueLeft = !fused && hasEpilogue();
  set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE, fused ? fusedEpilogue() : CUBLASLT_EPILOGUE_DEFAULT);
  if (!libraries.isHere()) // it cannot be asked: what it documents is taken as done
    return true;
  // The choice needs one, and does not read it.
  const void *someBias = reinterpret_cast<const void *>(memoryAlignment); // NOLINT(performance-no-int-to-ptr)
  if (fused && bias)
    set(desc, CUBLASLT_MATMUL_DESC_BIAS_POINTER, someBias);

  Preference preference;
  check(cublasLtMatmulPreferenceCreate(preference.address()), "cublasLtMatmulPreferenceCreate");
  set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspaceLimit);
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, b.alignment(memoryAlignment));
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, a.alignment(memoryAlignment));
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
      addsResidual ? residual->alignment(memoryAlignment) : dst.alignment(memoryAlignment));
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES,
      result ? result->alignment(memoryAlignment) : dst.alignment(memoryAlignment));
  cublasLtMatmulHeuristicResult_t found;
  int count = 0;
  cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(libraries.cublas(), desc.get(), bLayout.get(), aLayout.get(), dstLayout.get(),
                                     dstLayout.get(), preference.get(), 1, &found, &count);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || (status == CUBLAS_STATUS_SUCCESS && count == 0))
    return false;
  check(status, "cublasLtMatmulAlgoGetHeuristic");
  algorithm = found.algo;
  algorithmWorkspace = found.workspaceSize;
  return true;
}

void Matmul::bind(const Addresses &addresses) {
  auto resolve = [&](const std::optional<Operand> &operand) { return operand ? addresses.resolve(*operand) : nullptr; };
  aAt = addresses.resolve(a);
  bAt = addresses.resolve(b);
  dstAt = addresses.resolve(dst);
  biasAt = static_cast<float *>(resolve(bias));
  residualAt = resolve(residual);
  resultAt = result ? addresses.resolve(*result) : dstAt;
  workspaceAt = addresses.resolve(workspace);
  if (bias && !epilogueLeft)
    set(desc, CUBLASLT_MATMUL_DESC_BIAS_POINTER, static_cast<const void *>(biasAt));
}

void Matmul::run() {
  const cudaStream_t stream = libraries.stream();
  float one = 1, residualScale = addsResidual ? 1 : 0;
  check(cublasLtMatmul(libraries.cublas(), desc.get(), &one, bAt, bLayout.get(), aAt, aLayout.get(), &residualScale,
                       addsResidual ? residualAt : resultAt, dstLayout.get(), resultAt, dstLayout.get(), &algorithm,
                       workspaceAt, algorithmWorkspace, stream),
        "cublasLtMatmul");
  if (epilogueLeft)
    launchEpilogue(resultType, dstAt, resultAt, biasAt, residualAt, batch * m, n, epilogue, stream);
}

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const MatmulStep &matmul) {
  return std::make_unique<Matmul>(context, matmul);
}

} // namespace dpsims::cuda
