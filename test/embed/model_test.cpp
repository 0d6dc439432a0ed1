// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models, their programs and classes, and errors.

#include "embed_support.h"

#include "runtime/base/file.h"

#include <thread>

using namespace dpsims;
using namespace dpsims::test;

namespace {

TEST(Model, IsReadFromAFileAndFromMemory) {
  TemporaryDirectory directory;
  const std::vector<uint8_t> bytes = adder().finish();
  writeFile(directory / "m.dpsims", bytes.data(), bytes.size());
  dpsims_model *model = nullptr;
  ASSERT_TRUE(isOk(dpsims_model_load((directory / "m.dpsims").c_str(), &model)));
  const ModelHandle file(model), memory = parse(adder());
  for (const ModelHandle &handle : {std::cref(file), std::cref(memory)}) {
    EXPECT_STREQ(dpsims_model_target(handle.get()), "cpu");
    EXPECT_STREQ(dpsims_model_configuration(handle.get()), "{}");
    EXPECT_EQ(dpsims_model_program_count(handle.get()), 1u);
    EXPECT_EQ(dpsims_model_class_count(handle.get()), 0u);
  }
}

TEST(Model, ListsProgramsAndTensors) {
  const ModelHandle model = parse(painterOf(2, false));
  const dpsims_program *program = nullptr, *same = nullptr;
  ASSERT_TRUE(isOk(dpsims_model_program(model.get(), 0, &program)));
  ASSERT_TRUE(isOk(dpsims_model_find_program(model.get(), "sample", &same)));
  EXPECT_EQ(program, same);
  EXPECT_STREQ(program->name, "sample");
  ASSERT_EQ(program->input_count, 2u);
  EXPECT_STREQ(program->inputs[0]->name, "labels");
  EXPECT_EQ(program->inputs[0]->type, DPSIMS_I32);
  EXPECT_EQ(program->inputs[0]->bytes, 2u * 4 * 6 * 4);
  EXPECT_EQ(program->inputs[1]->type, DPSIMS_F32);
  ASSERT_EQ(program->output_count, 1u);
  const dpsims_tensor &image = *program->outputs[0];
  EXPECT_EQ(image.type, DPSIMS_U8);
  EXPECT_EQ(std::vector<int64_t>(image.shape, image.shape + image.rank), (std::vector<int64_t>{2, 4, 6, 3}));
}

TEST(Model, ListsClasses) {
  const ModelHandle model = parse(painterOf(1, false));
  ASSERT_EQ(dpsims_model_class_count(model.get()), 5u);
  const dpsims_class *one = nullptr;
  ASSERT_TRUE(isOk(dpsims_model_class(model.get(), 1, &one)));
  EXPECT_STREQ(one->name, "b");
  EXPECT_EQ(one->red, 10);
  EXPECT_EQ(one->green, 20);
  EXPECT_EQ(one->blue, 30);
  EXPECT_TRUE(failsWith(dpsims_model_class(model.get(), 5, &one), DPSIMS_NOT_FOUND, {"test.dpsims", "5 classes"}));
}

TEST(Model, FailsWithOneLine) {
  dpsims_model *model = nullptr;
  EXPECT_TRUE(failsWith(dpsims_model_load("/none/x.dpsims", &model), DPSIMS_NOT_FOUND, {"/none/x.dpsims"}));
  EXPECT_TRUE(failsWith(dpsims_model_parse("no model\n", 9, "bytes", &model), DPSIMS_INVALID_DATA, {"bytes: "}));
  EXPECT_EQ(model, nullptr);
  const ModelHandle real = parse(adder());
  const dpsims_program *program = nullptr;
  EXPECT_TRUE(failsWith(dpsims_model_program(real.get(), 1, &program), DPSIMS_NOT_FOUND, {"no number 1"}));
  EXPECT_TRUE(failsWith(dpsims_model_program(real.get(), SIZE_MAX, &program), DPSIMS_NOT_FOUND, {"no number"}));
  EXPECT_TRUE(failsWith(dpsims_model_find_program(real.get(), "a\nb", &program), DPSIMS_NOT_FOUND, {"main"}));
  EXPECT_EQ(program, nullptr);
}

TEST(Model, RefusesNull) {
  dpsims_model *model = nullptr;
  const dpsims_program *program = nullptr;
  const dpsims_class *one = nullptr;
  const ModelHandle real = parse(adder());
  for (const dpsims_status status :
       {dpsims_model_load(nullptr, &model), dpsims_model_load("x", nullptr),
        dpsims_model_parse(nullptr, 3, "x", &model), dpsims_model_parse("abc", 3, nullptr, &model),
        dpsims_model_parse("abc", 3, "x", nullptr), dpsims_model_program(nullptr, 0, &program),
        dpsims_model_program(real.get(), 0, nullptr), dpsims_model_find_program(nullptr, "x", &program),
        dpsims_model_find_program(real.get(), nullptr, &program),
        dpsims_model_find_program(real.get(), "main", nullptr), dpsims_model_class(nullptr, 0, &one),
        dpsims_model_class(real.get(), 0, nullptr)})
    EXPECT_TRUE(failsWith(status, DPSIMS_INVALID_ARGUMENT, {" is null"}));
  EXPECT_EQ(dpsims_model_target(nullptr), nullptr);
  EXPECT_EQ(dpsims_model_configuration(nullptr), nullptr);
  EXPECT_EQ(dpsims_model_program_count(nullptr), 0u);
  EXPECT_EQ(dpsims_model_class_count(nullptr), 0u);
  dpsims_model_free(nullptr);
}

// Whatever is wrong with the bytes is an error, nothing worse.
TEST(Model, SurvivesDamage) {
  const std::vector<uint8_t> bytes = painterOf(1, true).body();
  Damage damage(1);
  for (int i = 0; i < 2000; ++i) {
    const std::vector<uint8_t> damaged = withTrailer(damage.of(bytes, bytes.size()));
    dpsims_model *model = nullptr;
    dpsims_model_parse(damaged.data(), damaged.size(), "damaged", &model);
    dpsims_model_free(model);
  }
}

TEST(Errors, BelongToTheirThread) {
  dpsims_model *model = nullptr;
  EXPECT_EQ(dpsims_model_load("/none/of/the/first", &model), DPSIMS_NOT_FOUND);
  std::thread([&] {
    EXPECT_STREQ(dpsims_last_error(), "");
    EXPECT_EQ(dpsims_model_load("/none/of/the/second", &model), DPSIMS_NOT_FOUND);
  }).join();
  EXPECT_TRUE(hasParts(dpsims_last_error(), {"/none/of/the/first"}));
}

TEST(Errors, AreCutWhereTheyAreVeryLong) {
  dpsims_model *model = nullptr;
  std::string path = "/none/";
  for (int i = 0; i < 4000; ++i)
    path += "\u00e4"; // two bytes each
  EXPECT_NE(dpsims_model_load(path.c_str(), &model), DPSIMS_OK);
  const std::string message = dpsims_last_error();
  EXPECT_LT(message.size(), 4096u);
  EXPECT_GT(message.size(), 4000u);
  EXPECT_EQ(message.substr(message.size() - 2), "\u00e4");
}

TEST(Errors, HaveNames) {
  EXPECT_STREQ(dpsims_status_name(DPSIMS_OK), "ok");
  EXPECT_STREQ(dpsims_status_name(DPSIMS_NOT_FOUND), "not_found");
  EXPECT_STREQ(dpsims_status_name(DPSIMS_INTERNAL), "internal");
  for (int number : {-1, 9, 11, 1000})
    EXPECT_STREQ(dpsims_status_name(static_cast<dpsims_status>(number)), "unknown");
  EXPECT_STREQ(dpsims_version(), DPSIMS_TEST_VERSION);
}

} // namespace
