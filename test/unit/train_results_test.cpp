// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What comes out of runs: the average as a file, curves.

#include "train_support.h"

#include "runtime/base/float16.h"
#include "runtime/train/curves.h"
#include "runtime/train/export_network.h"

#include <cmath>

using namespace dpsims;
using namespace dpsims::test;

TEST_F(TrainRun, ExportsTheAverage) {
  train(options("run"));
  writeOptions(directory / "run/run.json", options("run"));
  ExportOptions chosen;
  chosen.run = directory / "run";
  chosen.output = directory / "e.safetensors";
  const auto ignore = [](const std::string &) {};
  exportNetwork(chosen, ignore);
  EXPECT_EQ(text("e.safetensors"), text("run/ema.safetensors"));
  chosen.step = 3;
  EXPECT_TRUE(hasParts(errorOf([&] { exportNetwork(chosen, ignore); }), {"no checkpoint of step 3; it has 2, 4, 6"}));
  chosen.step = 4;
  chosen.half = true;
  exportNetwork(chosen, ignore);
  EXPECT_EQ(SafetensorsFile(chosen.output).metadata().at("dpsims.step"), "4");
  chosen.run = directory / "none";
  EXPECT_TRUE(hasParts(errorOf([&] { exportNetwork(chosen, ignore); }), {"none: "}));
}

TEST(GeneratorWeights, HalvesAreTheNearest) {
  const std::pair<float, uint16_t> cases[] = {{0.0f, 0},
                                              {-0.0f, 0x8000},
                                              {1.0f, 0x3c00},
                                              {-2.0f, 0xc000},
                                              {65504.0f, 0x7bff},
                                              {65519.0f, 0x7bff},
                                              {65520.0f, 0x7c00},
                                              {INFINITY, 0x7c00},
                                              {1e9f, 0x7c00},
                                              {-70000.0f, 0xfc00},
                                              {0x1p-24f, 1},
                                              {0x1p-25f, 0},
                                              {0x1.8p-24f, 2},
                                              {0x1p-14f, 0x400},
                                              {1.00048828125f, 0x3c00},
                                              {1.00146484375f, 0x3c02},
                                              {0x1.ffffp-15f, 0x400}};
  for (const auto &[value, bits] : cases)
    EXPECT_EQ(floatToHalf(value), bits) << value;
  for (uint32_t bits = 0; bits < 0x7c00; ++bits)
    ASSERT_EQ(floatToHalf(halfToFloat(uint16_t(bits))), bits);
}

TEST(Curves, AreDrawn) {
  const Curve curve{"loss", {0, 1, 2, 3}, {4, 2, -1, 1}}, flatCurve{"flat", {0, 1}, {2, 2}}, none{"none", {}, {}};
  const RgbImage image = drawCharts({{"losses", {curve, flatCurve, none}, true}, {"nothing", {none}, false}}, 400, 200);
  EXPECT_EQ(image.width, 400);
  EXPECT_EQ(image.height, 400);
  const Curve thin = thinned({"long", {0, 1, 2, 3, 4}, {0, 2, 4, 6, 9}}, 3);
  EXPECT_EQ(thin.x, (std::vector<double>{0.5, 2.5, 4}));
  EXPECT_EQ(thin.y, (std::vector<double>{1, 5, 9}));
  for (double huge : {1e20, 1e300, -1e300}) // the axis ends, however large its numbers are
    drawCharts({{"huge", {{"", {huge, std::nextafter(huge, 0.0)}, {1, 2}}}, false}}, 400, 200);
}
