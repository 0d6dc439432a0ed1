// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/code_images.h"

#include "runtime/base/error.h"

#include <tuple>

namespace dpsims::cuda {

namespace {

bool isOlder(const Chip &a, const Chip &b) {
  return std::tie(a.major, a.minor, a.suffix) < std::tie(b.major, b.minor, b.suffix);
}

// The newest of those that fit; null where none does.
template <typename Fits> const GpuCode *newest(const std::vector<GpuCode> &codes, const Fits &fits) {
  const GpuCode *best = nullptr;
  for (const GpuCode &code : codes)
    if (fits(code.chip) && (!best || isOlder(best->chip, code.chip)))
      best = &code;
  return best;
}

// "sm_75, sm_80 and sm_90"
std::string chipNames(const std::vector<GpuCode> &codes) {
  std::string text;
  for (size_t i = 0; i < codes.size(); ++i)
    text += (i == 0 ? "" : i + 1 == codes.size() ? " and " : ", ") + codes[i].chip.name();
  return text;
}

} // namespace

CodeImages::CodeImages(const CompiledModel &model) {
  for (const CodeImage &image : model.images) {
    const bool isPtx = image.format == "ptx";
    if (!isPtx && image.format != "cubin")
      fail(ErrorCode::Incompatible, model.path, ": its code is in the format ", quoted(image.format),
           ", and GPUs take cubin and ptx: compile it again with --target cuda");
    const std::optional<Chip> chip = Chip::parse(image.chip);
    if (!chip)
      fail(ErrorCode::InvalidData, model.path, ": its ", image.format, " is for ", quoted(image.chip),
           ", which is not a chip; the file is damaged, or its compiler has a bug");
    (isPtx ? ptx : cubins).push_back({*chip, image.code});
  }
}

const GpuCode *CodeImages::cubinFor(const Chip &gpu) const {
  return newest(cubins, [&](const Chip &chip) { return chip.runsOn(gpu); });
}

const GpuCode *CodeImages::ptxFor(const Chip &gpu) const {
  return newest(ptx, [&](const Chip &chip) { return chip.compilesFor(gpu); });
}

std::string CodeImages::text() const {
  std::string text = cubins.empty() ? "" : "code for " + chipNames(cubins);
  if (!ptx.empty())
    text += (text.empty() ? "" : ", and ") + ("PTX for " + chipNames(ptx));
  return text.empty() ? "none" : text;
}

} // namespace dpsims::cuda
