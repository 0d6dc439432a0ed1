// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// kernel-check FILE.mlir [CHIP]: runs the CPU code of every kernel function of FILE.
// kernel-check --gpu[=sm_90] FILE.mlir [CHIP]: its PTX too, on the emulator of test/emulator with all checks (races,
// bounds, alignment, divergence, shared memory that nobody wrote).
// kernel-check --limit=N ...: passes over kernels of more than N elements in all, and says how many they are.
//
// Each kernel is compiled twice, for CHIP's vectors and for vectors of one element, that is, as scalar loops. Both run
// on the same random data, the vector code in uneven pieces of the grid; all buffers must agree, and the elements
// around them must be untouched; the PTX must make the same of the data. A kernel with the attribute check.function =
// "tanh" (or another name below) takes an input and an output, which is compared with libm over the interval of
// check.range.

#include "dialect/Dialect.h"
#include "passes/Cpu/CpuCode.h"
#include "passes/Cpu/KernelsToLoops.h"
#include "passes/Cpu/Passes.h"
#include "passes/Cuda/GpuCode.h"
#include "passes/Cuda/GpuGenerics.h"
#include "passes/Cuda/GpuToNVVM.h"
#include "passes/Cuda/Passes.h"
#include "passes/Registration.h"
#include "test/tools/kernel-check/emulated_kernels.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <dlfcn.h>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;

namespace {

using Kernel = void (*)(void *const *, int64_t, int64_t);

constexpr size_t guard = 64;           // bytes before and after a buffer
constexpr char guardByte = 0x5a;       // what they hold
constexpr double agreement = 1e-5;     // of two orders of summation, relative to 1 at least; with --gpu see tolerance()
constexpr double functionError = 1e-6; // relative

struct Buffer {
  Type element;
  size_t count, size;
  std::vector<char> bytes;

  explicit Buffer(MemRefType type)
      : element(type.getElementType()), count(type.getNumElements()), size(count * element.getIntOrFloatBitWidth() / 8),
        bytes(size + 2 * guard, guardByte) {}
  void *data() { return bytes.data() + guard; }
  float *floats() { return static_cast<float *>(data()); }

  void randomize(std::mt19937 &random, float low, float high) {
    std::uniform_real_distribution<float> real(low, high);
    for (size_t i = 0; i < count; ++i)
      if (element.isF32())
        floats()[i] = real(random);
      else if (element.isInteger(32))
        static_cast<int32_t *>(data())[i] = 1 + random() % 9;
      else
        static_cast<uint8_t *>(data())[i] = random();
  }

  bool intact() const {
    auto isGuard = [](char c) { return c == guardByte; };
    return std::all_of(bytes.begin(), bytes.begin() + guard, isGuard) &&
           std::all_of(bytes.end() - guard, bytes.end(), isGuard);
  }

  // How far apart two buffers are, relative to the other's number, 1 at least; `averaged`: to what the other holds on
  // average, as sums of many numbers may come to less than their error. 0 for integers that are equal.
  double distance(Buffer &other, bool averaged) {
    if (!element.isF32())
      return bytes == other.bytes ? 0 : HUGE_VAL;
    double squares = 0, worst = 0;
    for (size_t i = 0; i < count; ++i)
      squares += std::isfinite(other.floats()[i]) ? double(other.floats()[i]) * other.floats()[i] : 0;
    double scale = averaged ? std::max(1.0, std::sqrt(squares / count)) : 1;
    for (size_t i = 0; i < count; ++i) {
      double a = floats()[i], b = other.floats()[i];
      bool equal = a == b || (std::isnan(a) && std::isnan(b));
      double error = equal ? 0 : std::fabs(a - b) / std::max(scale, std::fabs(b));
      worst = error <= worst ? worst : error; // NaN counts
    }
    return worst;
  }
};

// The machine code of a copy of `module`; it stays loaded.
void *load(ModuleOp module, const dpsims::CpuCodeOptions &options, int64_t width) {
  OwningOpRef<ModuleOp> copy = module.clone();
  PassManager passes(module.getContext());
  dpsims::addKernelsToLoops(passes, width);
  passes.addPass(dpsims::createLowerLoopsToLLVM());
  SmallVector<char> code;
  if (failed(passes.run(*copy)) || failed(dpsims::compileForCpu(*copy, options, code)))
    return nullptr;
  int file = memfd_create("kernels", MFD_CLOEXEC);
  if (file < 0 || write(file, code.data(), code.size()) != ssize_t(code.size()))
    return nullptr;
  // The file stays open: dlopen takes a second library under the same path for the first one.
  return dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
}

int64_t gridSize(func::FuncOp func) {
  int64_t size = 1;
  func.walk([&](scf::ForallOp op) {
    for (int64_t n : op.getStaticUpperBound())
      size *= n;
  });
  return size;
}

void run(void *library, func::FuncOp func, std::vector<Buffer> &buffers, bool pieces) {
  auto kernel = reinterpret_cast<Kernel>(dlsym(library, func.getSymName().str().c_str()));
  std::vector<void *> args;
  for (Buffer &buffer : buffers)
    args.push_back(buffer.data());
  int64_t grid = gridSize(func), step = pieces ? 1 : grid;
  for (int64_t begin = 0; begin < grid; begin += step, step = pieces ? step % 7 + 2 : grid)
    kernel(args.data(), begin, std::min(grid, begin + step));
}

double reference(StringRef name, double x) {
  if (name == "exp")
    return std::exp(x);
  if (name == "expm1")
    return std::expm1(x);
  if (name == "log")
    return std::log(x);
  if (name == "log1p")
    return std::log1p(x);
  if (name == "tanh")
    return std::tanh(x);
  if (name == "erf")
    return std::erf(x);
  if (name == "sigmoid")
    return 1 / (1 + std::exp(-x));
  return NAN;
}

double errorAgainstLibm(StringRef name, Buffer &in, Buffer &out) {
  double worst = 0;
  for (size_t i = 0; i < in.count; ++i) {
    double expected = reference(name, in.floats()[i]);
    double error = std::fabs(out.floats()[i] - expected) / std::max(std::fabs(expected), 1e-37);
    worst = error <= worst ? worst : error;
  }
  return worst;
}

//===--------------------------------------------------------------------------------------------------------------===//
// PTX
//===--------------------------------------------------------------------------------------------------------------===//

struct Gpu {
  dpsims::EmulatedKernels code;
  llvm::StringMap<dpsims::GpuKernel> kernels;

  bool load(ModuleOp module, StringRef chip) {
    OwningOpRef<ModuleOp> copy = module.clone();
    PassManager passes(module.getContext());
    passes.addPass(dpsims::createMarkDisjointArguments());
    passes.addPass(dpsims::createLowerKernelsToGpu());
    dpsims::addGpuToNVVM(passes);
    std::string ptx;
    if (failed(passes.run(*copy)) || failed(dpsims::compileToPtx(*copy, chip, ptx)))
      return false;
    for (const dpsims::GpuKernel &kernel : dpsims::gpuKernels(*copy))
      kernels[kernel.name] = kernel;
    std::string error = code.load(ptx);
    if (!error.empty())
      llvm::errs() << "kernel-check: " << error << "\n";
    return error.empty();
  }
};

/// Whether an op writes to the argument or to a view of it.
bool isWritten(Value memory) {
  for (Operation *user : memory.getUsers()) {
    if (auto view = dyn_cast<ViewLikeOpInterface>(user)) {
      if (isWritten(user->getResult(0)))
        return true;
    } else if (auto effects = dyn_cast<MemoryEffectOpInterface>(user)) {
      if (effects.getEffectOnValue<MemoryEffects::Write>(memory))
        return true;
    }
  }
  return false;
}

bool countsBlocks(func::FuncOp func) {
  return func.walk([](dpsims::LastPointOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

/// A kernel that counts its blocks must leave its counters as they were: it is launched before, on other memory.
std::string runOnGpu(const Gpu &gpu, func::FuncOp func, std::vector<Buffer> &buffers, bool again = true) {
  auto kernel = gpu.kernels.find(func.getSymName());
  if (kernel == gpu.kernels.end())
    return "lower-kernels-to-gpu made no kernel of it";
  if (again && countsBlocks(func)) {
    std::vector<Buffer> others = buffers;
    runOnGpu(gpu, func, others, /*again=*/false);
  }
  std::vector<dpsims::EmulatedBuffer> arguments;
  for (auto [buffer, argument] : llvm::zip_equal(buffers, func.getArguments()))
    arguments.push_back({buffer.data(), buffer.size, isWritten(argument)});
  return gpu.code.run(func.getSymName().str(), kernel->second.grid, kernel->second.threads, arguments);
}

/// Whether the kernel goes on to compute with what it has written.
bool readsResults(func::FuncOp func) {
  auto reads = [](linalg::GenericOp op) {
    bool any = llvm::any_of(op.getDpsInputs(), [](Value input) { return isWritten(dpsims::memoryOf(input)); });
    return any ? WalkResult::interrupt() : WalkResult::advance();
  };
  return func.walk(reads).wasInterrupted();
}

/// The error of a sum grows with the root of how many numbers it has; a number left out shows in it all the more. What
/// is computed of sums may make their error larger.
double tolerance(func::FuncOp func) {
  double most = 1, least = HUGE_VAL;
  for (BlockArgument argument : func.getArguments()) {
    double count = cast<MemRefType>(argument.getType()).getNumElements();
    most = std::max(most, count);
    least = isWritten(argument) ? std::min(least, count) : least;
  }
  return (readsResults(func) ? 8 : 1) * agreement * std::sqrt(std::max(1.0, most / least / 1024));
}

/// Whether buffers agree with what is expected and are intact outside of it.
bool compare(StringRef what, std::vector<Buffer> &buffers, std::vector<Buffer> &expected, double tolerance,
             bool averaged) {
  double worst = 0;
  bool intact = true;
  for (auto [a, b] : llvm::zip_equal(buffers, expected)) {
    double distance = a.distance(b, averaged);
    worst = distance <= worst ? worst : distance;
    intact &= a.intact();
  }
  llvm::outs() << " " << what << " and scalars differ by " << llvm::format("%.1e", worst)
               << (intact ? ";" : ", writes outside of its buffers;");
  return intact && worst <= tolerance;
}

/// What a kernel is fed. A root, in models of a variance, makes much of the last bits of a sum near 0.
std::pair<float, float> rangeOf(func::FuncOp func) {
  if (auto range = func->getAttrOfType<DenseF32ArrayAttr>("check.range"))
    return {range[0], range[1]};
  bool hasRoot = false;
  func.walk([&](Operation *op) { hasRoot |= isa<math::SqrtOp, math::RsqrtOp>(op); });
  return {hasRoot ? 0.25f : -3.0f, 3.0f};
}

/// gpu: nullptr for the CPU alone.
bool check(func::FuncOp func, void *vectors, void *scalars, const Gpu *gpu) {
  std::mt19937 random(1);
  auto [low, high] = rangeOf(func);
  std::vector<Buffer> first;
  for (Type type : func.getArgumentTypes()) {
    first.emplace_back(cast<MemRefType>(type));
    first.back().randomize(random, low, high);
  }
  std::vector<Buffer> expected = first, third = first;
  run(vectors, func, first, /*pieces=*/true);
  run(scalars, func, expected, /*pieces=*/false);

  llvm::outs() << func.getSymName() << ":";
  double permitted = gpu ? tolerance(func) : agreement;
  bool good = compare("vectors", first, expected, permitted, gpu);
  if (gpu) {
    std::string fault = runOnGpu(*gpu, func, third);
    if (!fault.empty())
      llvm::outs() << " " << fault << ";";
    good &= fault.empty() && compare("PTX", third, expected, permitted, true);
  }
  if (auto name = func->getAttrOfType<StringAttr>("check.function")) {
    double error =
        std::max(errorAgainstLibm(name, first[0], first[1]), gpu ? errorAgainstLibm(name, third[0], third[1]) : 0);
    good &= error <= functionError;
    llvm::outs() << llvm::format(" relative error %.1e;", error);
  }
  llvm::outs() << (good ? " ok" : " WRONG") << "\n";
  return good;
}

/// Takes the kernels out that have more than `limit` elements; how many those are.
int dropLarge(ModuleOp module, uint64_t limit) {
  int dropped = 0;
  for (auto func : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    uint64_t elements = 0;
    for (Type type : func.getArgumentTypes())
      elements += cast<MemRefType>(type).getNumElements();
    if (elements > limit)
      func.erase(), ++dropped;
  }
  return dropped;
}

} // namespace

int main(int argc, char **argv) {
  StringRef gpuChip;
  uint64_t limit = UINT64_MAX;
  bool understood = true;
  for (; argc > 1 && StringRef(argv[1]).starts_with("--"); --argc, ++argv) {
    StringRef flag = argv[1];
    if (flag == "--gpu")
      gpuChip = "sm_90";
    else if (flag.consume_front("--limit="))
      understood &= !flag.getAsInteger(10, limit);
    else if (flag.consume_front("--gpu="))
      gpuChip = flag;
    else
      understood = false;
  }
  if (argc < 2 || !understood) {
    llvm::errs() << "usage: kernel-check [--gpu[=CHIP]] [--limit=N] FILE.mlir [CHIP]\n";
    return 2;
  }
  DialectRegistry registry;
  dpsims::registerDialects(registry);
  MLIRContext context(registry);
  context.allowUnregisteredDialects(); // the attributes check.*
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[1], &context);
  if (!module)
    return 1;
  if (int dropped = dropLarge(*module, limit))
    llvm::outs() << dropped << " kernels have more than " << limit << " elements: passed over\n";
  dpsims::CpuCodeOptions options;
  if (argc > 2)
    options.chip = argv[2];
  void *vectors = load(*module, options, dpsims::vectorWidth(options)), *scalars = load(*module, options, 1);
  if (!vectors || !scalars)
    return 1;
  Gpu gpu;
  if (!gpuChip.empty() && !gpu.load(*module, gpuChip))
    return 1;
  bool good = true;
  for (auto func : module->getOps<func::FuncOp>())
    good &= check(func, vectors, scalars, gpuChip.empty() ? nullptr : &gpu);
  return good ? 0 : 1;
}
