// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/peaks.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace dpsims;
using llvm::StringRef;

namespace {

constexpr size_t largestFile = size_t(64) << 20;

llvm::Error fault(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

bool isSpeed(double number) { return number > 0 && std::isfinite(number); }

llvm::Expected<MachinePeaks> checked(StringRef text, double flops, double bandwidth) {
  if (isSpeed(flops) && isSpeed(bandwidth))
    return MachinePeaks{flops, bandwidth};
  return fault(text + ": speeds must be positive numbers");
}

/// Brackets within one another, those in strings too: no more than what bench writes has.
bool isDeep(StringRef text) {
  constexpr int deepest = 100;
  int depth = 0;
  for (char c : text) {
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (depth > deepest)
      return true;
  }
  return false;
}

llvm::Expected<MachinePeaks> fromFile(StringRef path, StringRef precision) {
  uint64_t size = 0;
  if (llvm::sys::fs::exists(path) && !llvm::sys::fs::is_regular_file(path))
    return fault(path + ": is not a regular file");
  if (!llvm::sys::fs::file_size(path, size) && size > largestFile)
    return fault(path + ": is too large for a file of dpsims-run bench --json");
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return fault(path + ": cannot be read: " + file.getError().message() +
                 "; a file of dpsims-run bench --json, or operations and bytes a second as 67e12,4.8e12");
  if (isDeep((*file)->getBuffer()))
    return fault(path + ": has more than 100 brackets within one another");
  llvm::Expected<llvm::json::Value> json = llvm::json::parse((*file)->getBuffer());
  if (!json) {
    llvm::consumeError(json.takeError());
    return fault(path + ": is not JSON");
  }
  const llvm::json::Object *root = json->getAsObject(), *machine = root ? root->getObject("machine") : nullptr;
  const llvm::json::Object *speeds = machine ? machine->getObject("flops") : nullptr;
  StringRef wanted = precision == "tf32" ? "TF32" : precision == "bf16" ? "bf16" : "f32";
  if (speeds)
    for (const auto &[name, speed] : *speeds)
      if (StringRef(name).split(',').first == wanted)
        return checked(path, speed.getAsNumber().value_or(0), machine->getNumber("bandwidth").value_or(0));
  return fault(path + ": has no \"machine\" with \"bandwidth\" and \"flops\" of " + wanted +
               ", as dpsims-run bench --json writes "
               "them");
}

} // namespace

llvm::Expected<MachinePeaks> dpsims::readPeaks(StringRef text, StringRef precision) {
  auto [flops, bandwidth] = text.split(',');
  double first, second;
  if (flops.getAsDouble(first) || bandwidth.getAsDouble(second))
    return fromFile(text, precision);
  return checked(text, first, second);
}
