// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of a device, and sessions side by side.

#include "device.h"
#include "support.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace dpsims;
using namespace dpsims::test;

namespace {

TEST(Memory, IsAlignedAndApart) {
  std::vector<std::unique_ptr<DeviceMemory>> pieces;
  for (uint64_t size : {1, 3, 64, 1000, 1 << 20})
    pieces.push_back(device().allocate(size));
  for (const auto &piece : pieces) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(piece->data()) % 64, 0u);
    for (const auto &other : pieces)
      EXPECT_TRUE(piece == other || static_cast<char *>(piece->data()) + piece->size() <= other->data() ||
                  static_cast<char *>(other->data()) + other->size() <= piece->data());
  }
  EXPECT_EQ(device().allocate(0)->data(), nullptr);
}

TEST(Memory, KeepsWhatIsCopied) {
  for (size_t size : {1, 7, 4096, 1000003}) {
    std::vector<uint8_t> from(size), to(size);
    std::iota(from.begin(), from.end(), uint8_t(1));
    std::unique_ptr<DeviceMemory> memory = device().allocate(size);
    device().upload(memory->data(), from.data(), size);
    device().download(to.data(), memory->data(), size);
    EXPECT_EQ(from, to) << size << " bytes";
  }
}

TEST(Memory, TooMuchIsAnErrorThatHarmsNothing) {
  std::string message = errorOf([] { device().allocate(uint64_t(1) << 50); });
  EXPECT_FALSE(message.empty());
  std::unique_ptr<DeviceMemory> memory = device().allocate(256);
  std::vector<float> from{1, 2, 3}, to(3);
  device().upload(memory->data(), from.data(), 12);
  device().download(to.data(), memory->data(), 12);
  EXPECT_EQ(from, to);
}

// y = x w + y, y a variable.
ModelBuilder accumulate(uint64_t size) {
  ModelBuilder builder = modelForDevice();
  format::MatmulT matmul;
  matmul.a = builder.input("x", {size, size});
  matmul.b = builder.weight("w", {size, size});
  matmul.m = matmul.n = matmul.k = size;
  matmul.dst = builder.variable("y", {size, size}, "zeros");
  matmul.residual = static_cast<int32_t>(matmul.dst);
  builder.step(builder.main(), matmul, "matmul");
  return builder;
}

// Several sessions on one device, in turns: each keeps its own variables, constants and workspace.
TEST(Sessions, DoNotDisturbEachOther) {
  constexpr uint64_t size = 33;
  std::shared_ptr<const CompiledModel> model = accumulate(size).load();
  std::vector<float> x = randomValues(size * size, 1), w = randomValues(size * size, 2);
  std::vector<float> doubled = w;
  for (float &value : doubled)
    value *= 2;
  MemoryWeights one, two;
  one.values = {w, std::vector<float>(w.size(), 0.0f)};
  two.values = {doubled, std::vector<float>(w.size(), 0.0f)};
  Session a(model, model->entry(""), device(), &one), b(model, model->entry(""), device(), &two);
  for (int i = 0; i < 3; ++i) {
    a.run({x.data()}, {});
    if (i < 2)
      b.run({x.data()}, {});
  }
  std::vector<float> ya(x.size()), yb(x.size());
  a.readVariable(0, ya.data());
  b.readVariable(0, yb.data());
  for (size_t i = 0; i < ya.size(); ++i)
    ASSERT_NEAR(4 * ya[i], 3 * yb[i], 1e-3) << i; // 3 products, and 2 of twice the weight
}

} // namespace
