// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/match.h"
#include "support.h"

using namespace dpsims;
using namespace dpsims::test;

static WeightSpec spec(const std::string &name, const Shape &shape, ElementType type = ElementType::F32) {
  WeightSpec result;
  result.name = name;
  result.shape = shape;
  result.type = type;
  return result;
}

namespace {
class Match : public testing::Test {
protected:
  // A file with these weights, all zeros: at most 128 KiB each.
  SafetensorsFile file(const std::vector<WeightSpec> &weights) {
    SafetensorsWriter writer(directory / "f");
    static const std::vector<uint8_t> zeros(1 << 17);
    for (const WeightSpec &weight : weights) {
      EXPECT_LE(weight.bytes(), zeros.size());
      writer.add(weight.name, weight.type, weight.shape, zeros.data());
    }
    writer.write();
    return SafetensorsFile(directory / "f");
  }

  TemporaryDirectory directory;
};
} // namespace

TEST_F(Match, FindsEntriesInTheirOrder) {
  const SafetensorsFile found = file({spec("b.weight", {4, 3, 1, 1}), spec("a.weight", {3}, ElementType::BF16)});
  const auto entries = matchWeights(found, {spec("b.weight", {4, 3}), spec("a.weight", {3})});
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0]->name, "b.weight");
  EXPECT_EQ(entries[1]->name, "a.weight");
}

TEST_F(Match, LinearAndPointwiseAreTheSame) {
  EXPECT_TRUE(sameWeightShape({4, 3}, {4, 3, 1, 1}));
  EXPECT_TRUE(sameWeightShape({4, 3, 1, 1}, {4, 3}));
  EXPECT_FALSE(sameWeightShape({4, 3}, {4, 3, 1}));
  EXPECT_FALSE(sameWeightShape({4, 3}, {4, 3, 3, 1}));
  EXPECT_FALSE(sameWeightShape({4, 3}, {3, 4}));
  EXPECT_FALSE(sameWeightShape({4}, {4, 1, 1, 1}));
}

TEST_F(Match, NamesAnotherVariantOfATransformer) {
  const auto message = [&](const WeightSpec &stored, const WeightSpec &needed) {
    const SafetensorsFile found = file({stored});
    return errorOf([&] { matchWeights(found, {needed}); });
  };
  EXPECT_TRUE(hasParts(
      message(spec("patch_embed.proj.weight", {8, 3, 32, 32}), spec("patch_embed.proj.weight", {8, 3, 16, 16})),
      {"1 mis-shaped", "its patches are 32 pixels wide, the model's 16"}));
  EXPECT_TRUE(hasParts(message(spec("pos_embed", {1, 197, 8}), spec("pos_embed", {1, 577, 8})),
                       {"1 mis-shaped", "another grid of patches"}));
  const std::string table = "layers.3.blocks.0.attn.relative_position_bias_table";
  EXPECT_TRUE(hasParts(message(spec(table, {169, 24}), spec(table, {49, 24})), {"1 mis-shaped", "have whole windows"}));
  EXPECT_TRUE(hasParts(message(spec("layers.0.blocks.0.attn.logit_scale", {3, 1, 1}), spec(table, {49, 24})),
                       {"1 missing", "Swin V2"}));
}

TEST_F(Match, ListsWhatDoesNotFit) {
  const SafetensorsFile found = file({spec("a", {2}), spec("extra", {1}), spec("ids", {1}, ElementType::I64)});
  const std::string message =
      errorOf([&] { matchWeights(found, {spec("a", {3, 2}), spec("gone", {1}), spec("ids", {1})}); });
  EXPECT_TRUE(
      hasParts(message, {"/f: the weights do not fit: 1 missing: \"gone\"; 1 unexpected: \"extra\"; 2 mis-shaped: "
                         "\"a\" is F32 (2), needed F32 (3, 2), \"ids\" is I64 (1), needed F32 (1); ",
                         "another network or configuration?"}));
}

TEST_F(Match, ListsTenOfMany) {
  std::vector<WeightSpec> needed;
  for (int i = 0; i < 33; ++i)
    needed.push_back(spec("w" + std::to_string(i), {1}));
  const SafetensorsFile found = file({});
  const std::string message = errorOf([&] { matchWeights(found, needed); });
  EXPECT_TRUE(hasParts(message, {"33 missing: \"w0\", ", "\"w9\" and 23 more; "}));
  EXPECT_EQ(message.find("w10"), std::string::npos);
}

TEST_F(Match, PassesOverWhatIsKnown) {
  const SafetensorsFile found =
      file({spec("a", {1}), spec("bn1.num_batches_tracked", {}, ElementType::I64), spec("classifier.weight", {1}),
            spec("head.fc.bias", {1}), spec("fc.weight", {1}), spec("conv_head.weight", {1}), spec("bn2.weight", {1}),
            spec("layers.0.attn.relative_position_index", {1}), spec("layers.0.attn_mask", {1})});
  EXPECT_EQ(matchWeights(found, {spec("a", {1})}).size(), 1u);
  EXPECT_TRUE(isKnownSuperfluous("discriminator.backbone.head.norm.weight"));
  EXPECT_TRUE(isKnownSuperfluous("backbone.fc.weight"));
  EXPECT_TRUE(isKnownSuperfluous("norm.weight"));
  EXPECT_FALSE(isKnownSuperfluous("layer1.0.bn2.weight"));
  EXPECT_FALSE(isKnownSuperfluous("mybackbone.fc.weight"));
  EXPECT_FALSE(isKnownSuperfluous("decoder.head.weight"));
  EXPECT_FALSE(isKnownSuperfluous("header.weight"));
}

TEST_F(Match, KnownNamesAreUsedWhenNeeded) {
  const SafetensorsFile found = file({spec("head.weight", {1})});
  EXPECT_EQ(matchWeights(found, {spec("head.weight", {1})})[0]->name, "head.weight");
}

TEST_F(Match, TakesOnePartOfATrainingFile) {
  const SafetensorsFile whole = file({spec("generator.a", {1}), spec("discriminator.b", {1})});
  EXPECT_EQ(matchWeights(whole, {spec("a", {1})}, "generator.")[0]->name, "generator.a");
  EXPECT_TRUE(hasParts(errorOf([&] { matchWeights(whole, {spec("b", {1})}, "generator."); }),
                       {"missing: \"generator.b\"", "unexpected: \"generator.a\""}));
  EXPECT_THROW(matchWeights(whole, {spec("a", {1})}), Error);
  const SafetensorsFile bare = file({spec("a", {1})});
  EXPECT_EQ(matchWeights(bare, {spec("a", {1})}, "generator.")[0]->name, "a");
}

TEST_F(Match, FindsTensorsByTheirAliases) {
  SafetensorsWriter writer(directory / "f");
  const float value = 3;
  writer.add("kept", ElementType::F32, {1}, &value);
  writer.setMetadata("dropped", "kept");
  writer.write();
  const SafetensorsFile found(directory / "f");
  const auto entries = matchWeights(found, {spec("dropped", {1})});
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0]->name, "kept");
}

TEST_F(Match, SaysWhoseNamesAFileHas) {
  auto message = [&](const std::string &name) {
    const SafetensorsFile found = file({spec(name, {1})});
    return errorOf([&] { matchWeights(found, {spec("stem.0.weight", {1})}); });
  };
  EXPECT_TRUE(
      hasParts(message("convnextv2.embeddings.patch_embeddings.weight"), {"names are Hugging Face's", "timm's"}));
  EXPECT_TRUE(hasParts(message("downsample_layers.0.0.weight"), {"names are Meta's", "timm's"}));
  EXPECT_TRUE(hasParts(message("features.0.0.weight"), {"names are torchvision's", "timm's"}));
  EXPECT_TRUE(hasParts(message("other"), {"another network or configuration?"}));
}

TEST_F(Match, SaysThatAFileIsAPart) {
  file({spec("other", {1})});
  std::filesystem::rename(directory / "f", directory / "model-00001-of-00002.safetensors");
  const SafetensorsFile found(directory / "model-00001-of-00002.safetensors");
  EXPECT_TRUE(hasParts(errorOf([&] { matchWeights(found, {spec("stem.0.weight", {1})}); }),
                       {"one part of several", "pth-to-safetensors.py"}));
}
