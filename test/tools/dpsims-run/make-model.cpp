// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// make-model KIND FILE: models for the tests of dpsims-run that need no compiler.
//   network   entry "main": x (1, 16, 16, 8) -> conv 3x3, relu -> y; two weights
//   painter   entry "sample": labels (1, 4, 6), z (1, 3) -> image; see test/unit/kernels
//   newer     a network of a format version to come
//   foreign   a network for a processor that does not exist

#include "test/unit/model_builder.h"

#include "runtime/base/error.h"

#include <cstdio>

using namespace dpsims;
using namespace dpsims::test;

static ModelBuilder network() {
  ModelBuilder builder;
  builder.model.config = R"({"num_classes": 5})";
  Dims image{1, 16, 16, 8};
  format::ConvT conv;
  conv.src = builder.input("x", image);
  conv.weights = builder.weight("conv.weight", {8, 8, 3, 3}, "xavier_normal");
  conv.bias = static_cast<int32_t>(builder.weight("conv.bias", {8}, "zeros"));
  conv.dst = builder.output("y", image);
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = 1;
  conv.epilogue = std::make_unique<format::EpilogueT>();
  conv.epilogue->activation = static_cast<uint8_t>(Activation::Relu);
  builder.step(builder.main(), std::move(conv), "conv2d").flops = 2 * 16 * 16 * 8 * 8 * 9;
  return builder;
}

static ModelBuilder painter() {
  ModelBuilder builder;
  builder.model.config = R"({"num_classes": 5, "data": {"ignore": [9]}})";
  builder.entry().name = "sample";
  uint32_t labels = builder.input("labels", {1, 4, 6}, format::ElementType::I32);
  uint32_t z = builder.input("z", {1, 3});
  builder.launch("paint", 1, {labels, z, labels, builder.output("image", {1, 4, 6, 3}, format::ElementType::U8)});
  return builder;
}

int main(int argc, char **argv) {
  std::string kind = argc == 3 ? argv[1] : "";
  ModelBuilder builder = kind == "painter" ? painter() : network();
  if (kind == "newer")
    builder.model.version = format::formatVersion + 1;
  if (kind == "foreign")
    builder.addImage("elf", "any").features = {"avx1024f"};
  try {
    std::vector<uint8_t> bytes = builder.finish();
    writeFile(argc == 3 ? argv[2] : "", bytes.data(), bytes.size());
  } catch (const Error &error) {
    std::fprintf(stderr, "make-model: %s\n", error.what());
    return 1;
  }
  return 0;
}
