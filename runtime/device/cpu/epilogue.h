// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// activation(result + bias) + residual: as post-ops of a oneDNN primitive where it can, afterwards where it cannot.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_EPILOGUE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_EPILOGUE_H

#include "runtime/device/cpu/primitive.h"

#include <optional>

namespace dpsims {

/// Adds the activation to `ops`; nothing for None.
void appendActivation(dnnl::post_ops &ops, const Epilogue &epilogue);

/// How the residual, if there is one, meets the result.
enum class ResidualKind : uint8_t { None, Separate, InPlace };

/// Which parts of an epilogue a primitive does itself.
struct FusedParts {
  bool activation = false;
  bool residual = false;
};

/// The levels of fusion to try, best first. A residual in place has to be fused: the primitive overwrites it.
std::vector<FusedParts> fusionLevels(const Epilogue &epilogue, ResidualKind residual);

/// Attributes with the parts of the epilogue as post-ops; the scratchpad is the caller's.
dnnl::primitive_attr makeAttributes(const Epilogue &epilogue, ResidualKind residual, const FusedParts &fused,
                                    const dnnl::memory::desc &resultDesc);

/// The DNNL_ARG_ of a separate residual that is fused.
int residualArgument(const Epilogue &epilogue);

/// Is this one of the library's plain loops, orders of magnitude slower than the rest?
bool isReference(const char *implementation);

/// What is left to do after the primitive, on a plain result.
class EpilogueTail {
public:
  EpilogueTail() = default;
  /// `count`: elements of the result, which are of that type as the residual's.
  EpilogueTail(const OneDnn &library, const Epilogue &epilogue, const FusedParts &fused, ElementType type,
               int64_t count, const Operand &result, const std::optional<Operand> &residual);

  void bind(const Addresses &addresses);
  void run(Team &team);
  bool isEmpty() const { return activation.empty() && !residual; }

private:
  PrimitiveList activation;
  Operand result;
  std::optional<Operand> residual;
  ElementType type = ElementType::F32;
  int64_t count = 0;
  void *resultAddress = nullptr;
  const void *residualAddress = nullptr;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_EPILOGUE_H
