// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Language/WeightTable.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace dpsims {

Weight *WeightTable::find(const std::string &name) {
  auto found = weights.find(name);
  return found == weights.end() ? nullptr : &found->second;
}

void WeightTable::declare(const std::string &name, WeightOpInterface declaration) {
  bool isNew = weights.insert({name, Weight{declaration, {}}}).second;
  assert(isNew && "two weights of one name");
  (void)isNew;
}

SmallVector<StringRef> WeightTable::trained(StringRef prefix) const {
  SmallVector<StringRef> names;
  for (auto &[name, weight] : weights)
    if (StringRef(name).starts_with(prefix) && weight.isTrained())
      names.push_back(name);
  return names;
}

void WeightTable::createAssigns(OpBuilder &builder) const {
  for (auto &[name, weight] : weights)
    if (weight.assignment)
      AssignOp::create(builder, weight.assignment->first, name, weight.assignment->second);
}

} // namespace dpsims
