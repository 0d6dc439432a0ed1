// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cpu/CpuCode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace mlir;

namespace {

// LLVM's and Linux's names of what generated code may use.
struct Feature {
  const char *llvm, *cpuinfo;
};
constexpr Feature features[] = {
    {"avx2", "avx2"},
    {"fma", "fma"},
    {"sse4.2", "sse4_2"},
    {"popcnt", "popcnt"},
    {"movbe", "movbe"},
    {"f16c", "f16c"},
    {"lzcnt", "abm"},
    {"bmi", "bmi1"},
    {"bmi2", "bmi2"},
    {"adx", "adx"},
    {"sse4a", "sse4a"},
    {"fma4", "fma4"},
    {"xop", "xop"},
    {"tbm", "tbm"},
    {"gfni", "gfni"},
    {"avxvnni", "avx_vnni"},
    {"avxifma", "avx_ifma"},
    {"avxneconvert", "avx_ne_convert"},
    {"egpr", "apx"},
    {"avx512f", "avx512f"},
    {"avx512cd", "avx512cd"},
    {"avx512bw", "avx512bw"},
    {"avx512dq", "avx512dq"},
    {"avx512vl", "avx512vl"},
    {"avx512ifma", "avx512ifma"},
    {"avx512vbmi", "avx512vbmi"},
    {"avx512vbmi2", "avx512_vbmi2"},
    {"avx512vnni", "avx512_vnni"},
    {"avx512bitalg", "avx512_bitalg"},
    {"avx512vpopcntdq", "avx512_vpopcntdq"},
    {"avx512bf16", "avx512_bf16"},
    {"avx512fp16", "avx512_fp16"},
};

const llvm::Triple &triple() {
  static const llvm::Triple triple("x86_64-unknown-linux-gnu");
  return triple;
}

// "native" is the processor's name, corrected by what it really offers here: a virtual machine may hide features.
std::string featureString(const dpsims::CpuCodeOptions &options) {
  std::string result;
  if (options.chip == "native") {
    llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
    for (const Feature &feature : features)
      if (auto it = host.find(feature.llvm); it != host.end())
        result += (it->second ? "+" : "-") + std::string(feature.llvm) + ",";
  }
  return result + options.features;
}

llvm::CodeGenOptLevel codeGenLevel(unsigned level) {
  return level == 0   ? llvm::CodeGenOptLevel::None
         : level == 1 ? llvm::CodeGenOptLevel::Less
         : level == 2 ? llvm::CodeGenOptLevel::Default
                      : llvm::CodeGenOptLevel::Aggressive;
}

// Null for an unknown chip: LLVM itself would complain on stderr and take another one.
std::unique_ptr<llvm::TargetMachine> createTargetMachine(const dpsims::CpuCodeOptions &options) {
  if (!dpsims::isKnownChip(options.chip))
    return nullptr;
  static const bool initialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    return true;
  }();
  (void)initialized;
  std::string error;
  const llvm::Target *x86 = llvm::TargetRegistry::lookupTarget(triple(), error);
  if (!x86)
    return nullptr;
  return std::unique_ptr<llvm::TargetMachine>(
      x86->createTargetMachine(triple(), dpsims::resolveChip(options.chip), featureString(options),
                               llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt, codeGenLevel(options.optLevel)));
}

bool hasFeature(const llvm::TargetMachine &machine, StringRef feature) {
  return machine.getMCSubtargetInfo()->checkFeatures(("+" + feature).str());
}

// The functions alone: the module may hold steps and graphs of other dialects.
OwningOpRef<ModuleOp> extractFunctions(ModuleOp module) {
  OwningOpRef<ModuleOp> result = ModuleOp::create(module.getLoc());
  OpBuilder b = OpBuilder::atBlockEnd(result->getBody());
  for (Operation &op : *module.getBody())
    if (isa<LLVM::LLVMFuncOp, LLVM::GlobalOp>(op))
      b.clone(op);
  return result;
}

std::unique_ptr<llvm::Module> translate(ModuleOp module, llvm::LLVMContext &context,
                                        const llvm::TargetMachine &machine) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  OwningOpRef<ModuleOp> functions = extractFunctions(module);
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(*functions, context, "dpsims");
  if (!result)
    return nullptr;
  result->setTargetTriple(triple());
  result->setDataLayout(machine.createDataLayout());
  // The kernels' vectors are as wide as the chip's: LLVM must not split them for fear of lower clocks.
  const char *width = hasFeature(machine, "avx512f") ? "512" : "256";
  for (llvm::Function &function : *result) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("min-legal-vector-width", width);
    function.addFnAttr("no-builtins");
    function.setDoesNotThrow();
  }
  return result;
}

// No function of the C library may be called: the result has no imports.
llvm::TargetLibraryInfoImpl noLibrary() {
  llvm::TargetLibraryInfoImpl library(triple());
  library.disableAllFunctions();
  return library;
}

// Loops are already vectorized and unrolled as they should be.
llvm::PipelineTuningOptions tuning() {
  llvm::PipelineTuningOptions options;
  options.LoopVectorization = false;
  options.SLPVectorization = false;
  options.LoopInterleaving = false;
  options.LoopUnrolling = false;
  return options;
}

void optimize(llvm::Module &module, llvm::TargetMachine &machine, unsigned level) {
  using llvm::OptimizationLevel;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine, tuning());
  functions.registerPass([] { return llvm::TargetLibraryAnalysis(noLibrary()); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  OptimizationLevel levels[] = {OptimizationLevel::O0, OptimizationLevel::O1, OptimizationLevel::O2,
                                OptimizationLevel::O3};
  OptimizationLevel chosen = levels[std::min(level, 3u)];
  llvm::ModulePassManager passes =
      level == 0 ? builder.buildO0DefaultPipeline(chosen) : builder.buildPerModuleDefaultPipeline(chosen);
  passes.run(module, modules);
}

bool emitObject(llvm::Module &module, llvm::TargetMachine &machine, SmallVectorImpl<char> &object) {
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager passes;
  passes.add(new llvm::TargetLibraryInfoWrapperPass(noLibrary()));
  if (machine.addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
    return false;
  passes.run(module);
  return true;
}

//===----------------------------------------------------------------------===//
// Linking
//===----------------------------------------------------------------------===//

// A directory of our own under the system's temporary one, removed with all that is in it.
class TemporaryDirectory {
public:
  TemporaryDirectory() {
    failure = llvm::sys::fs::createUniqueDirectory("dpsims", root);
    if (!failure)
      failure = llvm::sys::fs::setPermissions(root, llvm::sys::fs::owner_all);
  }
  ~TemporaryDirectory() {
    if (!root.empty())
      (void)llvm::sys::fs::remove_directories(root);
  }
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;

  std::string file(StringRef name) const {
    SmallString<128> path(root);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }

  std::error_code failure;

private:
  SmallString<128> root;
};

std::string findLinker() {
  std::string version = std::to_string(LLVM_VERSION_MAJOR), bin = "/usr/lib/llvm-" + version + "/bin";
  StringRef debian[] = {bin};
  for (const std::string &name : {"ld.lld-" + version, std::string("ld.lld")})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName("ld.lld", debian);
  return path ? *path : "";
}

std::error_code writeFile(StringRef path, StringRef data) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (error)
    return error;
  stream << data;
  stream.close();
  error = stream.error();
  stream.clear_error();
  return error;
}

// The linker's first complaint, for a message of one line.
std::string firstLine(StringRef path) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().split('\n').first.str() : "";
}

LogicalResult link(Location loc, StringRef object, SmallVectorImpl<char> &sharedObject) {
  std::string linker = findLinker();
  if (linker.empty())
    return emitError(loc, "cannot find the linker: install lld, so that ld.lld is in PATH");
  TemporaryDirectory directory;
  if (directory.failure)
    return emitError(loc, "cannot make a temporary directory: ") << directory.failure.message();
  std::string in = directory.file("kernels.o"), out = directory.file("kernels.so"), log = directory.file("log");
  if (std::error_code error = writeFile(in, object))
    return emitError(loc, "cannot write ") << in << ": " << error.message();

  StringRef args[] = {linker,
                      "-shared",
                      "-nostdlib",
                      "--no-undefined",
                      "--strip-all",
                      "--eh-frame-hdr",
                      "--build-id=none",
                      "--hash-style=gnu",
                      "-z",
                      "noexecstack",
                      "-o",
                      out,
                      in};
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log), StringRef(log)};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(linker, args, std::nullopt, redirects, 0, 0, &message);
  if (status != 0)
    return emitError(loc, "linking the kernels failed: ") << (message.empty() ? firstLine(log) : message);
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(out, /*IsText=*/false, /*RequiresNullTerminator=*/false, /*IsVolatile=*/true);
  if (!buffer)
    return emitError(loc, "cannot read ") << out << ": " << buffer.getError().message();
  sharedObject.assign((*buffer)->getBufferStart(), (*buffer)->getBufferEnd());
  return success();
}

} // namespace

std::string dpsims::resolveChip(StringRef chip) {
  return chip == "native" ? llvm::sys::getHostCPUName().str() : chip.str();
}

bool dpsims::isKnownChip(StringRef chip) {
  return llvm::X86::parseArchX86(resolveChip(chip), /*Only64Bit=*/true) != llvm::X86::CK_None;
}

std::vector<std::string> dpsims::requiredFeatures(const CpuCodeOptions &options) {
  std::vector<std::string> result;
  std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(options);
  for (const Feature &feature : features)
    if (machine && hasFeature(*machine, feature.llvm))
      result.push_back(feature.cpuinfo);
  return result;
}

int64_t dpsims::vectorWidth(const CpuCodeOptions &options) {
  std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(options);
  return machine && hasFeature(*machine, "avx512f") ? 16 : 8;
}

LogicalResult dpsims::compileForCpu(ModuleOp module, const CpuCodeOptions &options,
                                    SmallVectorImpl<char> &sharedObject) {
  Location loc = module.getLoc();
  if (!isKnownChip(options.chip))
    return emitError(loc, "unknown x86-64 chip '") << options.chip << "'";
  std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(options);
  if (!machine)
    return emitError(loc, "this LLVM cannot generate x86-64 code");
  if (!hasFeature(*machine, "avx2") || !hasFeature(*machine, "fma"))
    return emitError(loc, "chip '") << options.chip << "' lacks AVX2 or FMA, which generated kernels need";
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code = translate(module, context, *machine);
  if (!code)
    return emitError(loc, "translation of the kernels to LLVM IR failed");
  optimize(*code, *machine, options.optLevel);
  SmallVector<char> object;
  if (!emitObject(*code, *machine, object))
    return emitError(loc, "LLVM cannot write an object file for '") << options.chip << "'";
  return link(loc, StringRef(object.data(), object.size()), sharedObject);
}
