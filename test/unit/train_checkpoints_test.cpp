// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checkpoints, whatever interrupts them, and the folder of a run.

#include "support.h"

#include "runtime/train/checkpoints.h"
#include "runtime/train/run_folder.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

namespace fs = std::filesystem;

CheckpointState stateAt(uint64_t step) {
  return {step, 7, 8, "abc", R"({"loss": {"weight": 1.0}, "sizes": [1, 2]})", "", ""};
}

void writeModel(const std::string &folder) { writeFile(folder + "/model.safetensors", "weights " + folder); }

// A checkpoints' folder with those of steps 10, 20, ... up to `last`.
void fill(const Checkpoints &checkpoints, uint64_t last) {
  for (uint64_t step = 10; step <= last; step += 10)
    checkpoints.write(stateAt(step), writeModel);
}

std::optional<Checkpoint> newest(const Checkpoints &checkpoints, std::vector<std::string> *warnings = nullptr) {
  return checkpoints.newest([&](const std::string &text) {
    if (warnings)
      warnings->push_back(text);
  });
}

// Runs `work` in a process of its own, which is expected to kill itself.
template <typename Work> void inDyingProcess(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

} // namespace

TEST(Checkpoints, comeBackAsTheyWereWritten) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  EXPECT_FALSE(newest(checkpoints));
  fill(checkpoints, 30);
  const std::optional<Checkpoint> found = newest(checkpoints);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state.step, 30u);
  EXPECT_EQ(found->state.seed, 7u);
  EXPECT_EQ(found->state.batch, 8);
  EXPECT_EQ(found->state.sourceHash, "abc");
  EXPECT_NO_THROW(requireSameRun("run", found->state, stateAt(0)));
  EXPECT_TRUE(fs::exists(found->file("model.safetensors")));
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{10, 20, 30}));
}

TEST(Checkpoints, killedWhileWritingLeavesTheOlderOnes) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 10);
  inDyingProcess([&] {
    checkpoints.write(stateAt(20), [](const std::string &folder) {
      writeModel(folder);
      ::raise(SIGKILL);
    });
  });
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{10}));
  EXPECT_EQ(newest(checkpoints)->state.step, 10u);
  EXPECT_TRUE(fs::exists(directory / "checkpoints/.part-20"));
  checkpoints.removeRemains();
  EXPECT_FALSE(fs::exists(directory / "checkpoints/.part-20"));
  fill(checkpoints, 20);
  EXPECT_EQ(newest(checkpoints)->state.step, 20u);
}

TEST(Checkpoints, whatFailsLeavesNothing) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 10);
  const std::string message = errorOf([&] {
    checkpoints.write(stateAt(20), [](const std::string &folder) {
      writeModel(folder);
      throw Error("model.safetensors: cannot write: no space");
    });
  });
  EXPECT_TRUE(hasParts(message, {"no space", "step 20 is not written", "older ones are as they were"}));
  TemporaryDirectory empty;
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{10}));
  EXPECT_FALSE(fs::exists(directory / "checkpoints/.part-20"));
}

TEST(Checkpoints, damagedOnesArePassedOver) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 50);
  const std::string base = directory / "checkpoints/step-000000";
  fs::remove(base + "50/DONE");
  fs::resize_file(base + "40/model.safetensors", 3);
  writeFile(base + "30/state.json", "{}");
  writeFile(base + "20/DONE", "[not json");
  std::vector<std::string> warnings;
  EXPECT_EQ(newest(checkpoints, &warnings)->state.step, 10u);
  ASSERT_EQ(warnings.size(), 4u);
  EXPECT_TRUE(hasParts(warnings[0], {"50/DONE", "No such file", "passed over"}));
  EXPECT_TRUE(hasParts(warnings[1], {"40/model.safetensors", "damaged"}));
  EXPECT_TRUE(hasParts(warnings[2], {"30/state.json", "damaged"}));
  EXPECT_TRUE(hasParts(warnings[3], {"20/DONE", "damaged"}));
  // A later checkpoint of the same step takes the damaged one's place.
  checkpoints.write(stateAt(50), writeModel);
  EXPECT_EQ(newest(checkpoints)->state.step, 50u);
}

TEST(Checkpoints, damagedOnesTakeNoPlace) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 40);
  const std::string base = directory / "checkpoints/step-000000";
  fs::resize_file(base + "40/model.safetensors", 3);
  fs::create_directory(directory / "checkpoints/step-999999999999999999");
  fs::copy(base + "10", base + "35");
  const auto ignore = [](const std::string &) {};
  EXPECT_EQ(checkpoints.recover(ignore)->state.step, 30u);
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{10, 20, 30}));
  EXPECT_TRUE(fs::exists(directory / "checkpoints/damaged-step-00000040"));
  checkpoints.prune(1, 0);
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{30}));
  // Where none is whole, nothing moves: the run must not start over by itself.
  fs::resize_file(base + "30/model.safetensors", 3);
  EXPECT_FALSE(checkpoints.recover(ignore));
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{30}));
}

TEST(Checkpoints, whatCannotBeReadIsNotPassedOver) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 20);
  fs::permissions(fs::path(directory / "checkpoints").parent_path(), fs::perms::all);
  fs::permissions(directory / "checkpoints/step-00000020/model.safetensors", fs::perms::none);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534; // root reads everything
    if (::geteuid() == 0 && ::setuid(nobody) != 0)
      ::_exit(2);
    const bool good = bool(hasParts(errorOf([&] { newest(checkpoints); }),
                                    {"step-00000020/model.safetensors: cannot read", "make it readable"}));
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Checkpoints, anyDamageIsAnErrorOfOneLine) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 10);
  Damage damage(5);
  for (const char *name : {"DONE", "state.json", "model.safetensors"}) {
    const std::string path = directory / "checkpoints/step-00000010/" + name;
    const std::vector<uint8_t> good = readFile(path, 1 << 20);
    for (int round = 0; round < 200; ++round) {
      const std::vector<uint8_t> bad = damage.of(good, good.size());
      writeFile(path, bad.data(), bad.size());
      try {
        checkpoints.open(10);
      } catch (const Error &error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      }
    }
    writeFile(path, good.data(), good.size());
  }
  EXPECT_NO_THROW(checkpoints.open(10));
}

TEST(Checkpoints, pruningKeepsTheLastAndTheMultiples) {
  TemporaryDirectory directory;
  const Checkpoints checkpoints(directory / "checkpoints");
  fill(checkpoints, 100);
  writeFile(directory / "checkpoints/step-notes", "not a checkpoint");
  checkpoints.prune(2, 30);
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{30, 60, 90, 100}));
  checkpoints.prune(1, 0);
  EXPECT_EQ(checkpoints.steps(), (std::vector<uint64_t>{100}));
  EXPECT_TRUE(fs::exists(directory / "checkpoints/step-notes"));
}

TEST(Checkpoints, anotherConfigurationIsNamed) {
  CheckpointState other = stateAt(0);
  other.config = R"({"loss": {"weight": 2.5}, "sizes": [1, 2, 3]})";
  EXPECT_TRUE(hasParts(errorOf([&] { requireSameRun("run/step-10", stateAt(10), other); }),
                       {"run/step-10: a checkpoint of another configuration",
                        "loss.weight is 1.0 in the checkpoint, 2.5 in the model",
                        "sizes.2 is not set in the checkpoint, 3 in the model"}));
  other.config = "null";
  EXPECT_TRUE(hasParts(errorOf([&] { requireSameRun("run", stateAt(10), other); }), {"another configuration"}));
  other = stateAt(0);
  other.batch = 4;
  EXPECT_TRUE(hasParts(errorOf([&] { requireSameRun("run", stateAt(10), other); }), {"batch 8", "--batch 8"}));
  other = stateAt(0);
  other.seed = 1;
  EXPECT_TRUE(hasParts(errorOf([&] { requireSameRun("run", stateAt(10), other); }), {"--seed 7, not 1"}));
}

TEST(RunFolder, isLocked) {
  TemporaryDirectory directory;
  const std::string path = directory / "run";
  {
    const RunFolder folder(path, false);
    EXPECT_TRUE(hasParts(errorOf([&] { RunFolder(path, true); }), {"run: another run trains in this folder (process"}));
  }
  EXPECT_NO_THROW(RunFolder(path, false));
}

TEST(RunFolder, mustBeEmptyUnlessResumed) {
  TemporaryDirectory directory;
  const std::string path = directory / "run";
  writeFile(directory / "file", "text");
  EXPECT_TRUE(hasParts(errorOf([&] { RunFolder(directory / "file", false); }), {"cannot make the directory"}));
  makeDirectory(path);
  writeFile(path + "/notes", "text");
  EXPECT_TRUE(hasParts(errorOf([&] { RunFolder(path, false); }), {"is not empty", "--resume"}));
  EXPECT_NO_THROW(RunFolder(path, true));
}
