// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model's code as GPUs take it.

#include "model_builder.h"
#include "support.h"

#include "runtime/device/cuda/code_images.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

ModelBuilder modelWith(const std::vector<std::pair<const char *, const char *>> &images) {
  ModelBuilder builder;
  builder.model.target = "cuda";
  for (auto [format, chip] : images)
    builder.addImage(format, chip);
  return builder;
}

std::string chosen(const cuda::GpuCode *code) { return code ? code->chip.name() : "none"; }

TEST(GpuCode, IsChosenByTheGpu) {
  const std::shared_ptr<const CompiledModel> model = modelWith({{"cubin", "sm_103"},
                                                                {"cubin", "sm_80"},
                                                                {"cubin", "sm_86"},
                                                                {"cubin", "sm_90"},
                                                                {"cubin", "sm_90a"},
                                                                {"cubin", "sm_120f"}})
                                                         .load();
  const cuda::CodeImages images(*model);
  auto cubin = [&](int major, int minor) { return chosen(images.cubinFor({major, minor})); };
  EXPECT_EQ(cubin(7, 5), "none");
  EXPECT_EQ(cubin(8, 0), "sm_80");
  EXPECT_EQ(cubin(8, 6), "sm_86");
  EXPECT_EQ(cubin(8, 9), "sm_86");
  EXPECT_EQ(cubin(9, 0), "sm_90a");
  EXPECT_EQ(cubin(10, 0), "none");
  EXPECT_EQ(cubin(10, 3), "sm_103");
  EXPECT_EQ(cubin(12, 1), "sm_120f");
  EXPECT_EQ(chosen(images.ptxFor({9, 0})), "none");
  EXPECT_EQ(images.text(), "code for sm_103, sm_80, sm_86, sm_90, sm_90a and sm_120f");
}

TEST(GpuCode, IsCompiledFromTheNewestPtx) {
  const std::shared_ptr<const CompiledModel> model =
      modelWith({{"ptx", "sm_80"}, {"ptx", "sm_90a"}, {"ptx", "sm_89"}}).load();
  const cuda::CodeImages images(*model);
  auto ptx = [&](int major, int minor) { return chosen(images.ptxFor({major, minor})); };
  EXPECT_EQ(ptx(7, 5), "none");
  EXPECT_EQ(ptx(8, 6), "sm_80");
  EXPECT_EQ(ptx(9, 0), "sm_90a");
  EXPECT_EQ(ptx(12, 0), "sm_89");
  EXPECT_EQ(images.text(), "PTX for sm_80, sm_90a and sm_89");
}

TEST(GpuCode, ErrorsNameWhatIsNone) {
  auto error = [](const char *format, const char *chip) {
    const std::shared_ptr<const CompiledModel> model = modelWith({{"cubin", "sm_80"}, {format, chip}}).load();
    return errorOf([&] { cuda::CodeImages images(*model); });
  };
  for (const char *chip : {"", "sm_", "sm_9", "sm_90x", "gfx90a", "sm_-90", "sm_12345678901", "native"})
    for (const char *format : {"cubin", "ptx"})
      EXPECT_EQ(error(format, chip), std::string("test.dpsims: its ") + format + " is for \"" + chip +
                                         "\", which is not a chip; the file is damaged, or its compiler has a bug");
  EXPECT_EQ(error("elf", "sm_90"),
            "test.dpsims: its code is in the format \"elf\", and GPUs take cubin and ptx: compile "
            "it again with --target cuda");
}

TEST(GpuCode, SurvivesAnyDamage) {
  const std::vector<uint8_t> body = modelWith({{"cubin", "sm_80"}, {"cubin", "sm_90a"}, {"ptx", "sm_80"}}).body();
  Damage damage(1);
  int good = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::vector<uint8_t> bytes = withTrailer(damage.of(body, body.size()));
    try {
      const auto model = CompiledModel::parse(bytes.data(), bytes.size(), "test.dpsims");
      const cuda::CodeImages images(*model);
      ++good;
      EXPECT_NE(images.text(), "");
    } catch (const Error &error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(good, 0);
}

} // namespace
