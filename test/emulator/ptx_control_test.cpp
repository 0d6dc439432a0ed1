// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Divergence, shuffles, votes, barriers.

#include "test/emulator/ptx_test_support.h"

using namespace dpsims::ptx;

TEST(PtxControl, BothSidesOfABranch) {
  std::vector<uint32_t> words = wordsOf("setp.lt.u32 %c1, %t, 10;\n@%c1 bra LESS;\nmov.u32 %r1, 7;\nbra JOIN;\n"
                                        "LESS:\nmov.u32 %r1, 3;\nJOIN:\nadd.u32 %r1, %r1, %t;\n"
                                        "st.global.u32 [%w0], %r1;");
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(words[t], t + (t < 10 ? 3 : 7));
}

TEST(PtxControl, LoopsOfDifferentLengths) {
  std::vector<uint32_t> words = wordsOf("mov.u32 %r1, 0;\nmov.u32 %r2, 0;\nLOOP:\nsetp.ge.u32 %c1, %r1, %t;\n"
                                        "@%c1 bra END;\nadd.u32 %r1, %r1, 1;\nadd.u32 %r2, %r2, %r1;\nbra.uni LOOP;\n"
                                        "END:\nst.global.u32 [%w0], %r2;",
                                        70);
  for (uint32_t t = 0; t < 70; ++t)
    EXPECT_EQ(words[t], t * (t + 1) / 2);
}

/// The lanes meet again after the branch: a shuffle of all is legal there.
TEST(PtxControl, LanesMeetAgain) {
  std::vector<uint32_t> words = wordsOf("and.b32 %r1, %t, 3;\nmov.u32 %r2, 0;\nsetp.ne.u32 %c1, %r1, 0;\n"
                                        "@%c1 bra SKIP;\nmov.u32 %r2, 5;\nSKIP:\n"
                                        "shfl.sync.idx.b32 %r3, %r2, 4, 31, -1;\nst.global.u32 [%w0], %r3;");
  EXPECT_EQ(words, std::vector<uint32_t>(32, 5));
}

TEST(PtxControl, PredicatedInstructions) {
  std::vector<uint32_t> words = wordsOf("setp.lt.u32 %c1, %t, 4;\nmov.u32 %r1, 1;\n@%c1 mov.u32 %r1, 2;\n"
                                        "@!%c1 add.u32 %r1, %r1, 10;\n@%c1 st.global.u32 [%w0], %r1;");
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(words[t], t < 4 ? 2u : 0u);
}

TEST(PtxControl, LanesThatEnd) {
  std::vector<uint32_t> words = wordsOf("setp.lt.u32 %c1, %t, 4;\n@%c1 exit;\nst.global.u32 [%w0], 9;");
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(words[t], t < 4 ? 0u : 9u);
}

TEST(PtxControl, Shuffles) {
  auto shuffled = [](const std::string &operation) {
    return wordsOf("add.u32 %r1, %t, 100;\nshfl.sync." + operation +
                   ", -1;\nselp.u32 %r3, 1000, 0, %c1;\nadd.u32 %r2, %r2, %r3;\nst.global.u32 [%w0], %r2;");
  };
  std::vector<uint32_t> butterfly = shuffled("bfly.b32 %r2|%c1, %r1, 5, 31"),
                        up = shuffled("up.b32 %r2|%c1, %r1, 3, 0");
  std::vector<uint32_t> down = shuffled("down.b32 %r2|%c1, %r1, 3, 31");
  // Segments of 8 lanes: c has the bound 7 and the mask of the bits that name the segment.
  std::vector<uint32_t> index = shuffled("idx.b32 %r2|%c1, %r1, 2, 6175"),
                        pair = shuffled("down.b32 %r2|%c1, %r1, 4, 6175");
  for (uint32_t t = 0; t < 32; ++t) {
    EXPECT_EQ(butterfly[t], 1100 + (t ^ 5));
    EXPECT_EQ(up[t], t < 3 ? 100 + t : 1100 + t - 3);
    EXPECT_EQ(down[t], t + 3 > 31 ? 100 + t : 1100 + t + 3);
    EXPECT_EQ(index[t], 1100 + t / 8 * 8 + 2);
    EXPECT_EQ(pair[t], t % 8 < 4 ? 1100 + t + 4 : 100 + t);
  }
}

TEST(PtxControl, ShufflesOfSomeLanes) {
  std::vector<uint32_t> words = wordsOf("setp.ge.u32 %c1, %t, 8;\nmov.u32 %r2, 0;\n@%c1 bra END;\n"
                                        "shfl.sync.bfly.b32 %r2, %t, 1, 31, 255;\nEND:\nst.global.u32 [%w0], %r2;");
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(words[t], t < 8 ? t ^ 1 : 0);
}

TEST(PtxControl, Votes) {
  std::vector<uint32_t> words =
      wordsOf("setp.lt.u32 %c1, %t, 3;\nvote.sync.ballot.b32 %r1, %c1, -1;\nvote.sync.any.pred %c2, %c1, -1;\n"
              "vote.sync.all.pred %c3, %c1, -1;\nvote.sync.all.pred %c4, !%c3, -1;\nactivemask.b32 %r3;\n"
              "popc.b32 %r3, %r3;\nadd.u32 %r1, %r1, %r3;\n@%c2 add.u32 %r1, %r1, 100;\n@%c3 add.u32 %r1, %r1, 1000;\n"
              "@%c4 add.u32 %r1, %r1, 10000;\nst.global.u32 [%w0], %r1;");
  EXPECT_EQ(words, std::vector<uint32_t>(32, 7 + 32 + 100 + 10000));
}

TEST(PtxControl, BarriersExchangeBetweenWarps) {
  std::vector<uint32_t> words = wordsOf("mov.u32 %r1, buffer;\nmad.lo.u32 %r2, %t, 4, %r1;\nst.shared.u32 [%r2], %t;\n"
                                        "bar.sync 0;\nsub.u32 %r3, 99, %t;\nmad.lo.u32 %r2, %r3, 4, %r1;\n"
                                        "ld.shared.u32 %r4, [%r2];\nst.global.u32 [%w0], %r4;",
                                        100, ".shared .align 4 .b8 buffer[400];");
  for (uint32_t t = 0; t < 100; ++t)
    EXPECT_EQ(words[t], 99 - t);
}

TEST(PtxControl, SpecialRegisters) {
  std::string body =
      "mov.u32 %r1, %ctaid.x;\nmov.u32 %r2, %ntid.x;\nmad.lo.u32 %r3, %r1, %r2, %t;\n"
      "mov.u32 %r4, %nctaid.x;\nmov.u32 %r5, %laneid;\nmov.u32 %r6, %lanemask_lt;\npopc.b32 %r6, %r6;\n"
      "mul.wide.u32 %x1, %r3, 16;\nadd.u64 %x1, %x1, %p0;\nmov.u32 %r7, %tid.y;\nadd.u32 %r3, %r3, %r7;\n"
      "st.global.v4.u32 [%x1], {%r3, %r4, %r5, %r6};";
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(4 * 3 * 40))};
  runKernel(kernelText(body, 1), buffers, 40, 3);
  std::vector<uint32_t> words = buffers[0].as<uint32_t>();
  for (uint32_t i = 0; i < 120; ++i) {
    EXPECT_EQ(words[4 * i], i);
    EXPECT_EQ(words[4 * i + 1], 3u);
    EXPECT_EQ(words[4 * i + 2], i % 40 % 32);
    EXPECT_EQ(words[4 * i + 3], i % 40 % 32);
  }
}

TEST(PtxControl, ScopesHideNames) {
  EXPECT_EQ(wordsOf("mov.u32 %r1, 1;\n{\n.reg .b32 %r1;\nmov.u32 %r1, 2;\n}\nst.global.u32 [%w0], %r1;")[0], 1u);
}
