// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Planted bugs: each is found, and its correct twin passes.

#include "test/emulator/ptx_test_support.h"

using namespace dpsims::ptx;
using Kind = Fault::Kind;

namespace {

const std::string sharedWords = ".shared .align 4 .b8 words[1024];";
/// %r1: the address of the thread's own word of shared memory, %r2: that of the thread which counts from the end.
const std::string sharedPlaces = "mov.u32 %r9, words;\nmad.lo.u32 %r1, %t, 4, %r9;\nmov.u32 %r8, %ntid.x;\n"
                                 "sub.u32 %r8, %r8, %t;\nsub.u32 %r8, %r8, 1;\nmad.lo.u32 %r2, %r8, 4, %r9;\n";

Outcome sharedOutcome(const std::string &body, uint32_t threads = 64) {
  return outcomeOf(sharedPlaces + body, 1, threads, 1, sharedWords);
}

} // namespace

//===--------------------------------------------------------------------------------------------------------------===//
// Addresses
//===--------------------------------------------------------------------------------------------------------------===//

TEST(PtxChecks, FaultsSayWhere) {
  Outcome outcome = outcomeOf("setp.eq.u32 %c1, %t, 37;\n@%c1 st.global.u32 [%p0+1026], 1;", 1, 64);
  expectFault(outcome, Kind::Misaligned,
              {"kernel 'k'", "block (0, 0, 0)", "thread 37", "write of 4 bytes", "'p0' of 1024 bytes, + 1026",
               "PTX line 19", "@%c1 st.global.u32 [%p0+1026], 1;"});
}

/// A vector must be aligned as a whole.
TEST(PtxChecks, MisalignedVector) {
  expectFault(outcomeOf("ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%p0+8];"), Kind::Misaligned, {"read of 16 bytes"});
  expectFine(outcomeOf("ld.global.v2.f32 {%f1, %f2}, [%p0+8];"));
}

/// Shared memory lies where its declaration allows it to lie, and no better.
TEST(PtxChecks, UnderDeclaredAlignment) {
  std::string body = "st.shared.v4.u32 [buffer], {0, 0, 0, 0};";
  expectFault(outcomeOf(body, 1, 1, 1, ".shared .align 4 .b8 buffer[32];"), Kind::Misaligned, {"'buffer' of 32 bytes"});
  expectFault(outcomeOf(body, 1, 1, 1, ".shared .align 8 .b8 buffer[32];"), Kind::Misaligned);
  expectFine(outcomeOf(body, 1, 1, 1, ".shared .align 16 .b8 buffer[32];"));
}

TEST(PtxChecks, OutOfBounds) {
  expectFault(outcomeOf("st.global.u32 [%w0], 1;", 1, 64, 1, "", 63), Kind::OutOfBounds, {"thread 63", "+ 252"});
  expectFine(outcomeOf("st.global.u32 [%w0], 1;", 1, 64, 1, "", 64));
  expectFault(outcomeOf("ld.global.u32 %r1, [%p0+-4];"), Kind::OutOfBounds);
  expectFault(outcomeOf("mov.u64 %x1, 0;\nld.global.u32 %r1, [%x1];"), Kind::OutOfBounds, {"address 0x0"});
}

/// Arrays are checked one by one, not shared memory as a whole.
TEST(PtxChecks, OverReadOfASharedArray) {
  std::string arrays = ".shared .align 16 .b8 exchange[28];\n.shared .align 16 .b8 next[64];";
  std::string fill = "st.shared.v4.u32 [exchange], {0, 0, 0, 0};\nst.shared.v2.u32 [exchange+16], {0, 0};\n"
                     "st.shared.u32 [exchange+24], 0;\nst.shared.v4.u32 [next], {0, 0, 0, 0};\n";
  expectFault(outcomeOf(fill + "ld.shared.v4.u32 {%r1, %r2, %r3, %r4}, [exchange+16];", 1, 1, 1, arrays),
              Kind::OutOfBounds, {"'exchange' of 28 bytes, + 16"});
  expectFine(outcomeOf(fill + "ld.shared.v2.u32 {%r1, %r2}, [exchange+16];", 1, 1, 1, arrays));
}

TEST(PtxChecks, OutOfBoundsOfLocalAndParameters) {
  std::string depot = ".local .align 4 .b8 depot[8];\n";
  expectFault(outcomeOf(depot + "st.local.u32 [depot+8], 1;"), Kind::OutOfBounds, {"local"});
  expectFine(outcomeOf(depot + "st.local.u32 [depot+4], 1;"));
  expectFault(outcomeOf("mov.b64 %x1, p0;\nld.param.u64 %x2, [%x1+8];"), Kind::OutOfBounds, {"param"});
  expectFine(outcomeOf("mov.b64 %x1, p0;\nld.param.u32 %r2, [%x1+4];"));
}

TEST(PtxChecks, ReadOnlyMemory) {
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(32), /*writable=*/false)};
  std::string text = kernelText("ld.global.u32 %r1, [%w0];\nst.global.u32 [%w0], %r1;", 1);
  try {
    runKernel(text, buffers);
    ADD_FAILURE() << "no fault";
  } catch (const Fault &fault) {
    EXPECT_EQ(fault.kind, Kind::ReadOnly) << fault.what();
  }
  buffers[0].writable = true;
  runKernel(text, buffers);
  expectFault(outcomeOf("mov.u64 %x1, table;\nst.global.u32 [%x1], 1;", 1, 1, 1, ".const .align 4 .b32 table[2];"),
              Kind::ReadOnly, {"'table'"});
}

TEST(PtxChecks, UninitializedMemory) {
  expectFault(sharedOutcome("setp.lt.u32 %c1, %t, 63;\n@%c1 st.shared.u32 [%r1], 1;\nbar.sync 0;\n"
                            "ld.shared.u32 %r3, [%r2];"),
              Kind::Uninitialized, {"thread 0"});
  expectFine(sharedOutcome("st.shared.u32 [%r1], 1;\nbar.sync 0;\nld.shared.u32 %r3, [%r2];"));
  std::string depot = ".local .align 4 .b8 depot[8];\nst.local.u32 [depot], 1;\n";
  expectFault(outcomeOf(depot + "ld.local.u32 %r1, [depot+4];"), Kind::Uninitialized, {"local"});
  expectFine(outcomeOf(depot + "ld.local.u32 %r1, [depot];"));
}

/// A compiler may read an unknown part of a vector that nobody uses.
TEST(PtxChecks, UnknownElementsThatNobodyUses) {
  std::string body = "st.shared.u32 [buffer], 1;\nld.shared.v2.u32 {%r1, %r2}, [buffer];\nst.global.u32 [%w0], ";
  std::string buffer = ".shared .align 8 .b8 buffer[8];";
  expectFine(outcomeOf(body + "%r1;", 1, 1, 1, buffer));
  expectFault(outcomeOf(body + "%r2;", 1, 1, 1, buffer), Kind::Uninitialized);
}

/// What one block wrote the next one does not find.
TEST(PtxChecks, SharedMemoryBeginsAnewInEachBlock) {
  expectFault(outcomeOf(sharedPlaces + "mov.u32 %r3, %ctaid.x;\nsetp.eq.u32 %c1, %r3, 0;\n"
                                       "@%c1 st.shared.u32 [%r1], 1;\nld.shared.u32 %r4, [%r1];",
                        1, 32, 2, sharedWords),
              Kind::Uninitialized, {"block (1, 0, 0)"});
}

//===--------------------------------------------------------------------------------------------------------------===//
// Races
//===--------------------------------------------------------------------------------------------------------------===//

TEST(PtxChecks, MissingBarrier) {
  std::string write = "st.shared.u32 [%r1], %t;\n", read = "ld.shared.u32 %r3, [%r2];\n";
  // Shared memory is full, so that nothing but the race is wrong.
  std::string full = write + "bar.sync 0;\n";
  expectFault(sharedOutcome(full + write + read), Kind::Race, {"what thread"});
  expectFine(sharedOutcome(full + write + "bar.sync 0;\n" + read));
  expectFault(sharedOutcome(full + read + write), Kind::Race, {"shared address"});
  expectFine(sharedOutcome(full + read + "bar.sync 0;\n" + write));
}

/// The lanes of a warp run in lockstep here, on a GPU they need not.
TEST(PtxChecks, RaceWithinAWarp) {
  std::string write = "st.shared.u32 [%r1], %t;\n", read = "ld.shared.u32 %r3, [%r2];\n";
  expectFault(sharedOutcome(write + read, 32), Kind::Race);
  expectFine(sharedOutcome(write + "bar.warp.sync -1;\n" + read, 32));
  // That barrier does not order warps.
  expectFault(sharedOutcome(write + "bar.sync 0;\n" + write + "bar.warp.sync -1;\n" + read, 64), Kind::Race);
}

TEST(PtxChecks, SeveralReadersBeforeAWrite) {
  std::string fill = "st.shared.u32 [%r1], %t;\nbar.sync 0;\n", readAll = "ld.shared.u32 %r3, [words];\n";
  std::string write = "setp.eq.u32 %c1, %t, 63;\n@%c1 st.shared.u32 [words], 1;\n"; // the last reader itself
  expectFault(sharedOutcome(fill + readAll + write), Kind::Race);
  expectFine(sharedOutcome(fill + readAll + "bar.sync 0;\n" + write));
  expectFault(sharedOutcome(fill + readAll + "bar.warp.sync -1;\n" + write), Kind::Race);
}

TEST(PtxChecks, RaceInGlobalMemory) {
  std::string other = "xor.b32 %r1, %t, 32;\nmad.wide.u32 %x1, %r1, 4, %p0;\n";
  expectFault(outcomeOf(other + "st.global.u32 [%w0], 1;\nld.global.u32 %r2, [%x1];"), Kind::Race, {"global"});
  expectFine(outcomeOf(other + "st.global.u32 [%w0], 1;\nbar.sync 0;\nld.global.u32 %r2, [%x1];"));
}

TEST(PtxChecks, TwoThreadsWriteOneWord) {
  expectFault(outcomeOf("st.global.u32 [%p0], %t;", 1, 2), Kind::Race, {"what thread 0 wrote"});
  // Bytes of one word are apart.
  expectFine(outcomeOf("cvt.u64.u32 %x1, %t;\nadd.u64 %x1, %x1, %p0;\nst.global.u8 [%x1], %t;", 1, 64));
  expectFault(outcomeOf("shr.u32 %r1, %t, 1;\ncvt.u64.u32 %x1, %r1;\nadd.u64 %x1, %x1, %p0;\nst.global.u8 [%x1], %t;"),
              Kind::Race);
}

TEST(PtxChecks, RaceBetweenBlocks) {
  std::string place = "mov.u32 %r1, %ctaid.x;\nmad.wide.u32 %x1, %r1, 4, %p0;\n"; // a word for each block
  expectFine(outcomeOf(place + "st.global.u32 [%x1], 1;", 1, 1, 3));
  expectFault(outcomeOf("st.global.u32 [%p0], 1;", 1, 1, 2), Kind::Race, {"block (1, 0, 0)", "another block wrote"});
  expectFault(outcomeOf(place + "st.global.u32 [%x1], 1;\nld.global.u32 %r2, [%p0];", 1, 1, 2), Kind::Race,
              {"another block wrote"});
  expectFault(outcomeOf(place + "ld.global.u32 %r2, [%p0+4];\nst.global.u32 [%x1+0], 1;", 1, 1, 2), Kind::Race,
              {"another block read"});
  // A barrier orders nothing between blocks.
  expectFault(outcomeOf("st.global.u32 [%p0], 1;\nbar.sync 0;", 1, 1, 2), Kind::Race);
}

TEST(PtxChecks, AtomicsDoNotRace) {
  expectFine(outcomeOf("red.global.add.u32 [%p0], 1;", 1, 64, 3));
  expectFault(outcomeOf("red.global.add.u32 [%p0], 1;\nld.global.u32 %r1, [%p0];", 1, 64), Kind::Race);
  expectFault(outcomeOf("red.global.add.u32 [%p0], 1;\nbar.sync 0;\nld.global.u32 %r1, [%p0];", 1, 64, 2), Kind::Race,
              {"block (1, 0, 0)", "what another block"});
  expectFine(outcomeOf("red.global.add.u32 [%p0], 1;\nbar.sync 0;\nld.global.u32 %r1, [%p0];", 1, 64, 1));
}

//===--------------------------------------------------------------------------------------------------------------===//
// Results handed from block to block
//===--------------------------------------------------------------------------------------------------------------===//

namespace {

const std::string counterAndFlag = ".global .align 4 .u32 counter;\n.shared .align 4 .u32 flag;";
const std::string writePart = "mov.u32 %r1, %ctaid.x;\nmad.lo.u32 %r2, %r1, 64, %t;\nmad.wide.u32 %x1, %r2, 4, %p0;\n"
                              "st.global.u32 [%x1], 1;\n";
const std::string gpuFence = "fence.acq_rel.gpu;\n", meet = "bar.sync 0;\n";
/// Thread 0 counts, of 4 blocks, and leaves what it found in shared memory.
std::string countBlocks(const std::string &before, const std::string &after,
                        const std::string &count = "atom.global.inc.u32 %r3, [counter], 3;\n") {
  return "setp.ne.u32 %c1, %t, 0;\n@%c1 bra COUNTED;\n" + before + count + after +
         "st.shared.u32 [flag], %r3;\nCOUNTED:\n";
}
const std::string ifNotLast = "ld.shared.u32 %r4, [flag];\nsetp.ne.u32 %c2, %r4, 3;\n@%c2 bra END;\n";
/// A thread reads what that of its number in each block has written, and stores the sum.
const std::string addParts = "ld.global.u32 %r5, [%w0];\nld.global.u32 %r6, [%w0+256];\nadd.u32 %r5, %r5, %r6;\n"
                             "ld.global.u32 %r6, [%w0+512];\nadd.u32 %r5, %r5, %r6;\nld.global.u32 %r6, [%w0+768];\n"
                             "add.u32 %r5, %r5, %r6;\nst.global.u32 [%w1], %r5;\nEND:";

Outcome handedOn(const std::string &body) { return outcomeOf(body, 2, 64, 4, counterAndFlag); }

} // namespace

TEST(PtxChecks, TheLastBlockAddsUp) {
  expectFine(handedOn(writePart + meet + countBlocks(gpuFence, gpuFence) + meet + ifNotLast + addParts));
  expectFine(handedOn(writePart + meet + countBlocks("membar.gl;\n", "membar.sys;\n") + meet + ifNotLast + addParts));
}

TEST(PtxChecks, ForgottenFences) {
  for (std::string fence : {"", "fence.acq_rel.cta;\n", "membar.cta;\n"}) {
    expectFault(handedOn(writePart + meet + countBlocks(fence, gpuFence) + meet + ifNotLast + addParts), Kind::Race,
                {"block (3, 0, 0)", "another block wrote"});
    expectFault(handedOn(writePart + meet + countBlocks(gpuFence, fence) + meet + ifNotLast + addParts), Kind::Race,
                {"block (3, 0, 0)", "another block wrote"});
  }
}

TEST(PtxChecks, ForgottenBarriersBesideACounter) {
  expectFault(handedOn(writePart + countBlocks(gpuFence, gpuFence) + meet + ifNotLast + addParts), Kind::Race,
              {"another block wrote"});
  std::string noFlag = "setp.ne.u32 %c2, %r1, 3;\n@%c2 bra END;\n"; // nobody waits for thread 0
  expectFault(handedOn(writePart + meet + countBlocks(gpuFence, gpuFence) + noFlag + addParts), Kind::Race,
              {"another block wrote"});
}

TEST(PtxChecks, ForgottenCounter) {
  std::string store = "mov.u32 %r3, %ctaid.x;\n"; // right here, where blocks run in their order, and nowhere else
  expectFault(handedOn(writePart + meet + countBlocks(gpuFence, gpuFence, store) + meet + ifNotLast + addParts),
              Kind::Race, {"another block wrote"});
}

/// What the others have not written yet.
TEST(PtxChecks, PartsReadByABlockThatIsNotTheLast) {
  expectFault(handedOn(writePart + meet + countBlocks(gpuFence, gpuFence) + meet + addParts), Kind::Race);
}

/// Variables of a module keep their values from launch to launch.
TEST(PtxChecks, ASecondLaunchFindsACounterThatIsNotReset) {
  auto sumOfSecond = [](const std::string &count) {
    std::string body = writePart + meet + countBlocks(gpuFence, gpuFence, count) + meet + ifNotLast + addParts;
    std::shared_ptr<const Module> module = Module::parse(kernelText(body, 2, counterAndFlag));
    std::vector<TestBuffer> buffers;
    for (int launch = 0; launch < 2; ++launch) {
      buffers.assign(2, TestBuffer::of(std::vector<uint32_t>(256)));
      runKernel(*module, buffers, 64, 4);
    }
    return buffers[1].as<uint32_t>()[0];
  };
  EXPECT_EQ(sumOfSecond("atom.global.inc.u32 %r3, [counter], 3;\n"), 4u);
  EXPECT_EQ(sumOfSecond("atom.global.add.u32 %r3, [counter], 1;\n"), 0u);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Divergence
//===--------------------------------------------------------------------------------------------------------------===//

TEST(PtxChecks, DivergentShuffle) {
  std::string halves = "setp.lt.u32 %c1, %t, 16;\n@%c1 bra END;\n";
  expectFault(outcomeOf(halves + "shfl.sync.bfly.b32 %r1, %t, 1, 31, -1;\nEND:", 1, 32), Kind::Divergence,
              {"thread 0 is missing", "has ended"});
  expectFine(outcomeOf(halves + "shfl.sync.bfly.b32 %r1, %t, 1, 31, 0xffff0000;\nEND:", 1, 32));
  // Both halves shuffle, but not in one place.
  expectFault(outcomeOf("setp.lt.u32 %c1, %t, 16;\n@%c1 bra FIRST;\nshfl.sync.bfly.b32 %r1, %t, 1, 31, -1;\nbra END;\n"
                        "FIRST:\nshfl.sync.bfly.b32 %r1, %t, 1, 31, -1;\nEND:\nbar.sync 0;",
                        1, 32),
              Kind::Divergence, {"divergent code", "is at PTX line"});
}

TEST(PtxChecks, ShuffleOfAnIncompleteWarp) {
  expectFault(outcomeOf("shfl.sync.bfly.b32 %r1, %t, 1, 31, -1;", 1, 40), Kind::Divergence,
              {"thread 40 is missing", "does not exist"});
  expectFine(outcomeOf("shfl.sync.bfly.b32 %r1, %t, 1, 31, 0xff;", 1, 8));
  expectFine(outcomeOf("shfl.sync.bfly.b32 %r1, %t, 1, 31, -1;", 1, 64));
}

TEST(PtxChecks, ShuffleFromALaneThatIsNotThere) {
  expectFault(outcomeOf("shfl.sync.idx.b32 %r1, %t, 9, 31, 0xff;", 1, 8), Kind::Divergence, {"reads from lane 9"});
  expectFault(outcomeOf("shfl.sync.idx.b32 %r1, %t, 0, 31, 0xfe;", 1, 32), Kind::Divergence, {"the lane itself"});
}

TEST(PtxChecks, BarrierInDivergentCode) {
  std::string odd = "and.b32 %r1, %t, 1;\nsetp.eq.u32 %c1, %r1, 0;\n";
  expectFault(outcomeOf(odd + "@%c1 bra SKIP;\nbar.sync 0;\nbra END;\nSKIP:\nbar.sync 0;\nEND:", 1, 32),
              Kind::Divergence, {"a barrier in divergent code"});
  expectFine(outcomeOf(odd + "@%c1 bra SKIP;\nadd.u32 %r1, %r1, 1;\nSKIP:\nbar.sync 0;", 1, 32));
  expectFault(outcomeOf(odd + "@%c1 exit;\nbar.sync 0;", 1, 32), Kind::Divergence,
              {"thread 0 is missing", "has ended"});
}

/// Whole warps may wait in different places: the barrier does not care, but our compiler makes no such code.
TEST(PtxChecks, WarpsAtDifferentBarriers) {
  std::string first = "setp.lt.u32 %c1, %t, 32;\n@%c1 bra FIRST;\n";
  expectFault(outcomeOf(first + "bar.sync 0;\nbra END;\nFIRST:\nbar.sync 0;\nEND:"), Kind::Divergence);
  expectFault(outcomeOf(first + "bar.sync 1;\nbra END;\nFIRST:\nbar.sync 2;\nEND:"), Kind::Deadlock);
}

TEST(PtxChecks, BarrierThatAWarpNeverReaches) {
  std::string first = "setp.lt.u32 %c1, %t, 32;\n@%c1 bra END;\n";
  expectFault(outcomeOf(first + "bar.sync 0;\nEND:"), Kind::Deadlock, {"thread 0", "has ended"});
  expectFine(outcomeOf(first + "END:\nbar.sync 0;"));
}

//===--------------------------------------------------------------------------------------------------------------===//
// The rest
//===--------------------------------------------------------------------------------------------------------------===//

TEST(PtxChecks, DivisionByZero) {
  expectFault(outcomeOf("sub.u32 %r1, 9, %t;\ndiv.u32 %r2, 5, %r1;", 1, 16), Kind::DivisionByZero, {"thread 9"});
  expectFine(outcomeOf("sub.u32 %r1, 9, %t;\nsetp.ne.u32 %c1, %r1, 0;\n@%c1 div.u32 %r2, 5, %r1;", 1, 16));
  expectFault(outcomeOf("mov.u64 %x1, 0;\nrem.s64 %x2, 5, %x1;", 1, 1), Kind::DivisionByZero);
}

TEST(PtxChecks, EndlessLoop) {
  expectFault(outcomeOf("LOOP:\nadd.u32 %r1, %r1, 1;\nbra LOOP;", 1, 1), Kind::Endless, {"100000 instructions"});
  expectFine(outcomeOf("mov.u32 %r1, 0;\nLOOP:\nadd.u32 %r1, %r1, 1;\nsetp.lt.u32 %c1, %r1, 9999;\n@%c1 bra LOOP;"));
}

TEST(PtxChecks, LaunchesThatADriverRefuses) {
  std::shared_ptr<const Module> module = Module::parse(kernelText("", 0, "", ".maxntid 64, 1, 1"));
  const Kernel &kernel = *module->find("k");
  auto refused = [&](uint32_t threads, uint32_t blocks, size_t parameters) {
    Launch launch;
    launch.threads = threads;
    launch.grid[1] = blocks;
    launch.parameters.resize(parameters);
    try {
      run(kernel, launch);
      return false;
    } catch (const Fault &fault) {
      return fault.kind == Kind::Configuration;
    }
  };
  EXPECT_FALSE(refused(64, 1, 0));
  EXPECT_TRUE(refused(65, 1, 0));
  EXPECT_TRUE(refused(0, 1, 0));
  EXPECT_TRUE(refused(64, 0, 0));
  EXPECT_TRUE(refused(64, 65536, 0));
  EXPECT_TRUE(refused(64, 1, 8));
}

/// Of several faulty blocks the first is told, on any number of threads.
TEST(PtxChecks, TheFirstFaultIsTold) {
  std::shared_ptr<const Module> module =
      Module::parse(kernelText("mov.u32 %r1, %ctaid.x;\nsetp.gt.u32 %c1, %r1, 40;\nmov.u64 %x1, 0;\n"
                               "@%c1 ld.global.u32 %r2, [%x1];",
                               0));
  Launch launch;
  launch.grid[0] = 1000;
  Options options;
  options.hostThreads = 4;
  try {
    run(*module->find("k"), launch, options);
    ADD_FAILURE() << "no fault";
  } catch (const Fault &fault) {
    EXPECT_NE(std::string(fault.what()).find("block (41, 0, 0)"), std::string::npos) << fault.what();
  }
}
