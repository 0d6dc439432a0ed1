// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuBLASLt: handles and attributes. What it does not know, and every size that is not the attribute's, is an
// error.

#include "test/emulator/cublaslt.h"

#include "test/emulator/gpu.h"
#include "test/emulator/handles.h"

#include <cstring>

namespace dpsims::emulated {

namespace {

struct Blas {
  Handles<int> handles;
  Handles<MatmulDesc> descs;
  Handles<MatrixLayout> layouts;
  Handles<MatmulPreference> preferences;
};

Blas &blas() {
  static Blas *it = [] {
    auto *made = new Blas;
    watchLeaks("handles of cuBLASLt", [made] { return made->handles.size(); });
    watchLeaks("descriptors of cuBLASLt",
               [made] { return made->descs.size() + made->layouts.size() + made->preferences.size(); });
    return made;
  }();
  return *it;
}

template <typename Object> Object &require(const Handles<Object> &objects, const void *handle) {
  std::shared_ptr<Object> found = objects.find(handle);
  if (!found)
    throw BlasError(CUBLAS_STATUS_INVALID_VALUE, "a descriptor that does not exist, or was destroyed");
  return *found; // the map keeps it
}

template <typename Object> cublasStatus_t destroy(const char *name, Handles<Object> &objects, const void *handle) {
  return blasCall(name, [&] {
    if (!objects.remove(handle))
      throw BlasError(CUBLAS_STATUS_INVALID_VALUE, "there is no such object, or it was destroyed before");
  });
}

// Writes an attribute whose value must have the size of `into`.
template <typename T> void assign(T &into, const void *value, size_t bytes) {
  if (!value || bytes != sizeof(T))
    throw BlasError(CUBLAS_STATUS_INVALID_VALUE,
                    "an attribute of " + std::to_string(sizeof(T)) + " bytes is given " + std::to_string(bytes));
  std::memcpy(&into, value, bytes);
}

[[noreturn]] void refuseAttribute(int name) {
  throw BlasError(CUBLAS_STATUS_INVALID_VALUE, "attribute " + std::to_string(name) + " is not emulated");
}

} // namespace

const MatmulDesc &find(cublasLtMatmulDesc_t handle) { return require(blas().descs, handle); }
const MatrixLayout &find(cublasLtMatrixLayout_t handle) { return require(blas().layouts, handle); }
const MatmulPreference &find(cublasLtMatmulPreference_t handle) { return require(blas().preferences, handle); }

void requireHandle(cublasLtHandle_t handle) {
  if (!blas().handles.find(handle))
    throw BlasError(CUBLAS_STATUS_NOT_INITIALIZED, "no such handle, or it was destroyed");
}

cublasStatus_t blasCall(const char *name, const std::function<void()> &body) {
  std::lock_guard<std::recursive_mutex> lock(gpu().mutex);
  try {
    body();
    return CUBLAS_STATUS_SUCCESS;
  } catch (const BlasError &error) {
    complain(std::string(name) + ": " + error.what());
    return error.status;
  } catch (const CudaError &error) {
    keep(error, name);
    return CUBLAS_STATUS_EXECUTION_FAILED;
  }
}

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

size_t cublasLtGetVersion() { return gpu().options.cublas ? gpu().options.cublas : CUBLAS_VERSION; }

const char *cublasLtGetStatusString(cublasStatus_t status) { return cublasLtGetStatusName(status); }

const char *cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
  case CUBLAS_STATUS_SUCCESS:
    return "CUBLAS_STATUS_SUCCESS";
  case CUBLAS_STATUS_NOT_INITIALIZED:
    return "CUBLAS_STATUS_NOT_INITIALIZED";
  case CUBLAS_STATUS_INVALID_VALUE:
    return "CUBLAS_STATUS_INVALID_VALUE";
  case CUBLAS_STATUS_NOT_SUPPORTED:
    return "CUBLAS_STATUS_NOT_SUPPORTED";
  case CUBLAS_STATUS_EXECUTION_FAILED:
    return "CUBLAS_STATUS_EXECUTION_FAILED";
  default:
    return "CUBLAS_STATUS_INTERNAL_ERROR";
  }
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle) {
  return blasCall("cublasLtCreate", [&] {
    if (deviceStatus() != cudaSuccess)
      throw BlasError(CUBLAS_STATUS_NOT_INITIALIZED, "there is no GPU");
    *handle = blas().handles.add<cublasLtHandle_t>(std::make_shared<int>());
  });
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) { return destroy("cublasLtDestroy", blas().handles, handle); }

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *desc, cublasComputeType_t compute, cudaDataType_t scale) {
  return blasCall("cublasLtMatmulDescCreate", [&] {
    bool isKnown = compute == CUBLAS_COMPUTE_32F || compute == CUBLAS_COMPUTE_32F_FAST_TF32;
    if (!isKnown || scale != CUDA_R_32F)
      throw BlasError(CUBLAS_STATUS_INVALID_VALUE, "only f32 and TF32 are emulated");
    auto object = std::make_shared<MatmulDesc>();
    object->compute = compute;
    *desc = blas().descs.add<cublasLtMatmulDesc_t>(object);
  });
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t desc) {
  return destroy("cublasLtMatmulDescDestroy", blas().descs, desc);
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t handle, cublasLtMatmulDescAttributes_t name,
                                              const void *value, size_t bytes) {
  return blasCall("cublasLtMatmulDescSetAttribute", [&] {
    MatmulDesc &desc = require(blas().descs, handle);
    switch (name) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return assign(desc.transposeA, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return assign(desc.transposeB, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return assign(desc.epilogue, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return assign(desc.bias, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE:
      return assign(desc.biasType, value, bytes);
    default:
      refuseAttribute(name);
    }
  });
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *layout, cudaDataType type, uint64_t rows,
                                          uint64_t columns, int64_t leadingDimension) {
  return blasCall("cublasLtMatrixLayoutCreate", [&] {
    if (type != CUDA_R_32F && type != CUDA_R_16BF)
      throw BlasError(CUBLAS_STATUS_INVALID_VALUE, "only matrices of f32 and bf16 are known");
    if (rows == 0 || columns == 0 || leadingDimension < static_cast<int64_t>(rows))
      throw BlasError(CUBLAS_STATUS_INVALID_VALUE, std::to_string(rows) + " x " + std::to_string(columns) +
                                                       " with leading dimension " + std::to_string(leadingDimension));
    *layout = blas().layouts.add<cublasLtMatrixLayout_t>(
        std::make_shared<MatrixLayout>(MatrixLayout{rows, columns, leadingDimension, 1, 0, type}));
  });
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  return destroy("cublasLtMatrixLayoutDestroy", blas().layouts, layout);
}

cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t handle, cublasLtMatrixLayoutAttribute_t name,
                                                const void *value, size_t bytes) {
  return blasCall("cublasLtMatrixLayoutSetAttribute", [&] {
    MatrixLayout &layout = require(blas().layouts, handle);
    switch (name) {
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
      return assign(layout.batch, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
      return assign(layout.batchStride, value, bytes);
    default:
      refuseAttribute(name);
    }
  });
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *preference) {
  return blasCall("cublasLtMatmulPreferenceCreate", [&] {
    *preference = blas().preferences.add<cublasLtMatmulPreference_t>(std::make_shared<MatmulPreference>());
  });
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  return destroy("cublasLtMatmulPreferenceDestroy", blas().preferences, preference);
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t handle,
                                                    cublasLtMatmulPreferenceAttributes_t name, const void *value,
                                                    size_t bytes) {
  return blasCall("cublasLtMatmulPreferenceSetAttribute", [&] {
    MatmulPreference &preference = require(blas().preferences, handle);
    switch (name) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return assign(preference.workspaceLimit, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return assign(preference.alignments[0], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return assign(preference.alignments[1], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return assign(preference.alignments[2], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return assign(preference.alignments[3], value, bytes);
    default:
      refuseAttribute(name);
    }
  });
}

} // extern "C"
