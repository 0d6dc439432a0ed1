// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Target.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dpsims {

#define TARGET(name) std::unique_ptr<CompilerTarget> create##name##Target();
#include "passes/Compiler/Targets.def"

CompilerTarget::~CompilerTarget() = default;

static std::vector<std::unique_ptr<CompilerTarget>> &registry() {
  static std::vector<std::unique_ptr<CompilerTarget>> targets = [] {
    std::vector<std::unique_ptr<CompilerTarget>> known;
#define TARGET(name) known.push_back(create##name##Target());
#include "passes/Compiler/Targets.def"
    return known;
  }();
  return targets;
}

void registerTarget(std::unique_ptr<CompilerTarget> target) {
  assert(!findTarget(target->name()) && "two targets of one name");
  registry().push_back(std::move(target));
}

ArrayRef<std::unique_ptr<CompilerTarget>> registeredTargets() { return registry(); }

const CompilerTarget *findTarget(StringRef name) {
  for (const auto &target : registry())
    if (target->name() == name)
      return target.get();
  return nullptr;
}

const CompilerTarget &defaultTarget() { return *registry().front(); }

std::string targetNames(function_ref<bool(const CompilerTarget &)> fits) {
  SmallVector<StringRef> names;
  for (const auto &target : registry())
    if (fits(*target))
      names.push_back(target->name());
  if (names.size() < 2)
    return llvm::join(names, "");
  StringRef last = names.pop_back_val();
  return llvm::join(names, ", ") + " and " + last.str();
}

} // namespace dpsims
