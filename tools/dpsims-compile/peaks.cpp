// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/peaks.h"
#include "tools/dpsims-compile/json_file.h"

#include <cmath>

using namespace dpsims;
using llvm::StringRef;

namespace {

bool isSpeed(double number) { return number > 0 && std::isfinite(number); }

llvm::Expected<MachinePeaks> checked(StringRef text, double flops, double bandwidth, double slowdown = 1) {
  if (!isSpeed(flops) || !isSpeed(bandwidth))
    return flagError(text + ": speeds must be positive numbers");
  if (!isSpeed(slowdown))
    return flagError(text + ": how many times their best steps take must be a positive number");
  return MachinePeaks{flops, bandwidth, slowdown};
}

/// How many times their best the file's steps took, without what ranks exchange; 1 if there are none.
double slowdownOf(const llvm::json::Object &bench) {
  double took = 0, best = 0;
  if (const llvm::json::Array *steps = bench.getArray("steps"))
    for (const llvm::json::Value &value : *steps) {
      const llvm::json::Object *step = value.getAsObject();
      if (!step || step->get("message_bytes"))
        continue;
      took += step->getNumber("seconds").value_or(0);
      best += step->getNumber("shortest_seconds").value_or(0);
    }
  return best > 0 ? took / best : 1;
}

llvm::Expected<MachinePeaks> fromFile(StringRef path, StringRef precision) {
  llvm::Expected<llvm::json::Value> json =
      readJsonFile(path, "a file of dpsims-run bench --json, or operations and bytes a second as 67e12,4.8e12");
  if (!json)
    return json.takeError();
  const llvm::json::Object *root = json->getAsObject(), *machine = root ? root->getObject("machine") : nullptr;
  const llvm::json::Object *speeds = machine ? machine->getObject("flops") : nullptr;
  StringRef wanted = precision == "tf32" ? "TF32" : precision == "bf16" ? "bf16" : "f32";
  if (speeds)
    for (const auto &[name, speed] : *speeds)
      if (StringRef(name).split(',').first == wanted)
        return checked(path, speed.getAsNumber().value_or(0), machine->getNumber("bandwidth").value_or(0),
                       slowdownOf(*root));
  return flagError(path + ": has no \"machine\" with \"bandwidth\" and \"flops\" of " + wanted +
                   ", as dpsims-run bench --json writes "
                   "them");
}

} // namespace

llvm::Expected<MachinePeaks> dpsims::readPeaks(StringRef text, StringRef precision) {
  llvm::SmallVector<StringRef, 3> parts;
  text.split(parts, ',');
  double numbers[3] = {0, 0, 1};
  if (parts.size() < 2 || parts.size() > 3)
    return fromFile(text, precision);
  for (size_t i = 0; i < parts.size(); ++i)
    if (parts[i].getAsDouble(numbers[i]))
      return fromFile(text, precision);
  return checked(text, numbers[0], numbers[1], numbers[2]);
}
