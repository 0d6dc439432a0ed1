// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_block.h"

#include <algorithm>

namespace dpsims::ptx {

namespace {

[[noreturn]] void refuse(const Kernel &kernel, const std::string &what) {
  throw Fault(Fault::Kind::Configuration, "kernel '" + kernel.name + "': " + what);
}

void checkLaunch(const Kernel &kernel, const Launch &launch) {
  if (launch.threads == 0 || launch.threads > 1024)
    refuse(kernel, std::to_string(launch.threads) + " threads a block (1 to 1024 are allowed)");
  if (kernel.maxThreads && launch.threads > kernel.maxThreads)
    refuse(kernel,
           std::to_string(launch.threads) + " threads a block, but .maxntid is " + std::to_string(kernel.maxThreads));
  for (unsigned axis = 0; axis < 3; ++axis)
    if (launch.grid[axis] == 0 || launch.grid[axis] > (axis == 0 ? 0x7fffffffu : 65535u))
      refuse(kernel, "a grid of " + std::to_string(launch.grid[axis]) + " blocks along axis " + std::to_string(axis));
  if (launch.parameters.size() != kernel.parameterBytes)
    refuse(kernel, std::to_string(launch.parameters.size()) + " bytes of parameters instead of " +
                       std::to_string(kernel.parameterBytes));
  if (launch.dynamicSharedBytes && kernel.program->dynamicShared < 0)
    refuse(kernel, "dynamic shared memory for a kernel that has none");
}

uint64_t endOf(const std::vector<Span> &spans) { return spans.empty() ? 0 : spans.back().end; }

} // namespace

Context::Context(const Kernel &kernel, const Launch &launch, const Options &options)
    : kernel(kernel), program(*kernel.program), launch(launch), options(options), shared(program.shared) {
  checkLaunch(kernel, launch);
  auto before = [](const Span &a, const Span &b) { return a.begin < b.begin; };
  for (const Region &region : launch.regions)
    global.push_back({region.begin, region.end, region.writable, region.name});
  global.insert(global.end(), program.data->spans.begin(), program.data->spans.end());
  std::sort(global.begin(), global.end(), before);
  if (program.dynamicShared >= 0 && launch.dynamicSharedBytes) {
    uint64_t begin = static_cast<uint64_t>(program.dynamicShared);
    shared.push_back({begin, begin + launch.dynamicSharedBytes, true, "dynamic shared memory"});
  }
}

Block::Block(const Context &context) : context(context), localBytes(endOf(context.program.local)) {
  const Program &program = context.program;
  size_t count = (context.launch.threads + warpSize - 1) / warpSize;
  warps.resize(count);
  // Without barriers one warp ends before the next begins.
  size_t files = program.hasBarrier ? count : 1;
  constexpr size_t alignment = 64;
  registers.resize(files * program.registerBytes + alignment);
  uint8_t *aligned = registers.data() + (-reinterpret_cast<uintptr_t>(registers.data()) & (alignment - 1));
  for (size_t i = 0; i < count; ++i) {
    warps[i].block = this;
    warps[i].registers = aligned + (program.hasBarrier ? i : 0) * program.registerBytes;
    warps[i].constants = program.constants.data();
    warps[i].firstThread = static_cast<uint32_t>(i * warpSize);
  }
  lastSpan.resize(program.code.size());
  if (context.options.races) {
    sharedShadow = std::make_unique<Shadow>(/*betweenBlocks=*/false);
    globalShadow = std::make_unique<Shadow>(/*betweenBlocks=*/true);
  }
}

uint32_t Block::specialValue(Special kind, const Warp &warp, uint32_t lane) const {
  const Launch &launch = context.launch;
  const uint32_t equal = uint32_t(1) << lane, less = equal - 1;
  switch (kind) {
  case Special::ThreadX:
    return warp.firstThread + lane;
  case Special::ThreadY:
    return 0;
  case Special::BlockSizeX:
    return launch.threads;
  case Special::BlockSizeY:
    return 1;
  case Special::BlockX:
    return position[0];
  case Special::BlockY:
    return position[1];
  case Special::BlockZ:
    return position[2];
  case Special::GridX:
    return launch.grid[0];
  case Special::GridY:
    return launch.grid[1];
  case Special::GridZ:
    return launch.grid[2];
  case Special::Lane:
    return lane;
  case Special::WarpId:
    return warp.firstThread / warpSize;
  case Special::WarpCount:
    return static_cast<uint32_t>(warps.size());
  case Special::MaskEqual:
    return equal;
  case Special::MaskLess:
    return less;
  case Special::MaskLessEqual:
    return less | equal;
  case Special::MaskGreater:
    return ~(less | equal);
  case Special::MaskGreaterEqual:
    return ~less;
  case Special::DynamicSharedBytes:
    return launch.dynamicSharedBytes;
  }
  return 0;
}

void Block::writeSpecials(Warp &warp) {
  for (const SpecialRegister &special : context.program.specials) {
    uint32_t *values = warp.lanes<uint32_t>(special.place);
    for (uint32_t lane = 0; lane < warpSize; ++lane)
      values[lane] = specialValue(special.kind, warp, lane);
  }
}

void Block::start(Warp &warp) {
  uint32_t lanes = std::min(warpSize, context.launch.threads - warp.firstThread);
  warp.present = warp.live = lanes == warpSize ? allLanes : (uint32_t(1) << lanes) - 1;
  warp.executed = 0;
  warp.stamp = stamp;
  warp.groups.assign(1, {0, warp.live, false});
  writeSpecials(warp);
}

/// Every warp has ended or waits at the barrier. Returns whether they go on.
bool Block::releaseBarrier() {
  Warp *waiting = nullptr;
  for (Warp &warp : warps)
    if (warp.state == Warp::State::AtBarrier)
      waiting = &warp;
  if (!waiting)
    return false;
  uint32_t pc = waiting->groups.back().pc;
  const Instruction &barrier = context.program.code[pc];
  for (Warp &warp : warps) {
    std::string threads = "the warp of thread " + std::to_string(warp.firstThread);
    if (warp.state == Warp::State::Done)
      fail(*waiting, barrier, 0, Fault::Kind::Deadlock, "the barrier waits for " + threads + ", which has ended");
    const Instruction &other = context.program.code[warp.groups.back().pc];
    if (other.options != barrier.options)
      fail(*waiting, barrier, 0, Fault::Kind::Deadlock,
           "the barrier waits for " + threads + ", which waits at the one of PTX line " + std::to_string(other.line));
    if (warp.groups.back().pc != pc)
      fail(*waiting, barrier, 0, Fault::Kind::Divergence,
           threads + " is at the barrier of PTX line " + std::to_string(other.line));
  }
  barrierStamp = ++stamp;
  for (Warp &warp : warps) {
    warp.groups.assign(1, {pc + 1, warp.live, false});
    warp.stamp = stamp;
  }
  ++statistics.barriers;
  return true;
}

void Block::run(uint64_t index) {
  const uint32_t *grid = context.launch.grid;
  position[0] = static_cast<uint32_t>(index % grid[0]);
  position[1] = static_cast<uint32_t>(index / grid[0] % grid[1]);
  position[2] = static_cast<uint32_t>(index / grid[0] / grid[1]);
  firstStamp = barrierStamp = ++stamp;
  order.beginBlock();
  shared.reset(endOf(context.shared));
  if (localBytes)
    local.reset(localBytes * context.launch.threads);
  for (Warp &warp : warps) {
    start(warp);
    warp.run();
  }
  while (releaseBarrier())
    for (Warp &warp : warps)
      warp.run();
}

} // namespace dpsims::ptx
