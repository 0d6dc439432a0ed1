// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/converted_step.h"
#include "runtime/device/cpu/fused_step.h"

namespace dpsims {

namespace {

using Dims = dnnl::memory::dims;

constexpr double flopsOfSlab = 16e6; // below this a call of the library costs too much of its time
constexpr int64_t rowsOfSlab = 64;   // for which b is read again

using MatmulSlab = FusedSlab;

// Rows of all batches are one matrix when b is shared; otherwise a leading dimension counts the batches.
class MatmulSlabs {
public:
  MatmulSlabs(const CpuStepContext &context, const MatmulStep &step)
      : step(step), factors(dataType(context.buffer(step.a).type)), memoryB(dataType(context.buffer(step.b).type)),
        result(dataType(context.buffer(step.dst).type)), batch(static_cast<int64_t>(step.batch)),
        m(static_cast<int64_t>(step.m)), n(static_cast<int64_t>(step.n)), k(static_cast<int64_t>(step.k)) {
    if (step.sharedB) { // one batch if a is transposed
      m *= batch;
      batch = 1;
    }
  }

  // As it is in memory.
  dnnl::memory::desc b(int64_t batches) const {
    const Dims columns = step.transposeB ? Dims{1, k} : Dims{n, 1};
    return step.sharedB ? dnnl::memory::desc({k, n}, memoryB, columns)
                        : dnnl::memory::desc({batches, k, n}, memoryB, {k * n, columns[0], columns[1]});
  }
  // As it is multiplied.
  dnnl::memory::desc anyB() const { return anyDesc(b(1).dims(), factors); }
  dnnl::memory::desc bias() const { return plainDesc(step.sharedB ? Dims{1, n} : Dims{1, 1, n}); }

  MatmulSlab whole() const { return slab(0, batch, 0, m); }

  std::vector<MatmulSlab> cut() const {
    const double flops = 2.0 * double(batch * m) * double(n) * double(k);
    int64_t count = 1;
    while (2 * count <= std::min<int64_t>(64, int64_t(flops / flopsOfSlab)))
      count *= 2;
    std::vector<MatmulSlab> slabs;
    const int64_t batches = (batch + count - 1) / count;
    const int64_t perBatch = std::max<int64_t>(1, std::min(count / batch, m / rowsOfSlab));
    const int64_t rows = ((m + perBatch - 1) / perBatch + 15) / 16 * 16;
    for (int64_t first = 0; first < batch; first += batches)
      for (int64_t row = 0; row < m; row += rows)
        slabs.push_back(slab(first, std::min(batches, batch - first), row, std::min(rows, m - row)));
    return slabs;
  }

private:
  static uint64_t bytesOf(int64_t elements, DataType type) {
    return static_cast<uint64_t>(elements) * dnnl::memory::data_type_size(type);
  }

  // `rows` of each of some batches.
  MatmulSlab slab(int64_t first, int64_t batches, int64_t row, int64_t rows) const {
    const Dims strides = step.transposeA ? Dims{1, m} : Dims{k, 1}; // of a's (m, k)
    MatmulSlab slab;
    slab.src = step.sharedB ? dnnl::memory::desc({rows, k}, factors, strides)
                            : dnnl::memory::desc({batches, rows, k}, factors, {m * k, strides[0], strides[1]});
    slab.weights = b(batches);
    slab.dst = step.sharedB ? dnnl::memory::desc({rows, n}, result, {n, 1})
                            : dnnl::memory::desc({batches, rows, n}, result, {m * n, n, 1});
    slab.srcBegin = bytesOf(first * m * k + row * strides[0], factors);
    slab.weightsBegin = step.sharedB ? 0 : bytesOf(first * k * n, memoryB);
    slab.dstBegin = bytesOf((first * m + row) * n, result);
    return slab;
  }

  const MatmulStep &step;
  DataType factors, memoryB, result;
  int64_t batch, m, n, k;
};

} // namespace

static std::unique_ptr<DeviceStep> makeProduct(const CpuStepContext &context, const MatmulStep &step) {
  const MatmulSlabs slabs(context, step);
  const bool pack = step.sharedB && context.isConstant(step.b);
  const FusedOperands operands{step.a, step.b, step.dst, step.bias, step.residual, slabs.bias()};
  auto describe = [&](const MatmulSlab &slab, const dnnl::memory::desc &packed,
                      const dnnl::primitive_attr &attributes) {
    const dnnl::memory::desc b = step.sharedB ? packed : slab.weights;
    auto description = step.bias < 0 ? dnnl::matmul::desc(slab.src, b, slab.dst)
                                     : dnnl::matmul::desc(slab.src, b, slabs.bias(), slab.dst);
    return dnnl::matmul::primitive_desc(description, attributes, context.library.engine);
  };
  const dnnl::memory::desc wanted = pack ? slabs.anyB() : slabs.b(1);
  return makeFusedStep<dnnl::matmul>(context, operands, step.epilogue, wanted, slabs.cut(), slabs.whole(), describe);
}

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const MatmulStep &step) {
  return makeByLibrary(context, step, context.buffer(step.a).type, makeProduct);
}

} // namespace dpsims
