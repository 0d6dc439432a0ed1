// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/read_weight.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

namespace {

bool isVariance(const std::string &name) {
  const std::string_view last = "running_var";
  return name.size() >= last.size() && name.compare(name.size() - last.size(), last.size(), last) == 0;
}

// "[0, 3]" of a number's place among all.
std::string indexText(const Shape &shape, int64_t place) {
  std::string text;
  for (size_t i = shape.size(); i--; place /= shape[i])
    text = std::to_string(place % shape[i]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

bool isNotFinite(float value) { return !std::isfinite(value); }

bool isNegative(float value) { return value < 0; }

const char *wayOut(ElementType type) {
  return type == ElementType::F16   ? "f16 ends at 65504; make the file again in f32 or bf16"
         : type == ElementType::F64 ? "f32 ends at 3.4e38; fetch or make the file again"
                                    : "fetch or make the file again";
}

} // namespace

void refuseValues(const std::string &path, const std::string &name, const Shape &shape, const float *values,
                  bool (*isBad)(float), const char *what, const char *wayOut) {
  const int64_t size = elementCount(shape), count = std::count_if(values, values + size, isBad);
  if (count == 0)
    return;
  const int64_t first = std::find_if(values, values + size, isBad) - values;
  fail(ErrorCode::InvalidData, path, ": ", quoted(name), " has ", count, " of ", size, " values that are ", what,
       ", the first ", values[first], " at ", indexText(shape, first), ": ", wayOut);
}

void readWeight(const SafetensorsFile &file, const SafetensorsEntry &entry, float *dst) {
  file.read(entry, dst);
  refuseValues(file.path(), entry.name, entry.shape, dst, isNotFinite, "not finite", wayOut(entry.type));
  if (isVariance(entry.name))
    refuseValues(file.path(), entry.name, entry.shape, dst, isNegative, "negative",
                 "a variance cannot be; fetch or make the file again");
}

} // namespace dpsims
