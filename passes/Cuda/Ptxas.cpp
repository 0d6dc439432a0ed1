// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/Ptxas.h"

#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

#include <optional>

using namespace mlir;
using dpsims::KernelCode;
using dpsims::KernelUsage;

namespace {

std::optional<std::string> findPtxas() {
  if (llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName("ptxas"))
    return *found;
  SmallVector<std::string> roots;
  for (const char *name : {"CUDA_HOME", "CUDA_PATH"})
    if (std::optional<std::string> root = llvm::sys::Process::GetEnv(name))
      roots.push_back(*root);
  roots.push_back("/usr/local/cuda");
  for (StringRef root : roots) {
    SmallString<128> path(root);
    llvm::sys::path::append(path, "bin", "ptxas");
    if (llvm::sys::fs::can_execute(path))
      return path.str().str();
  }
  return std::nullopt;
}

/// A file of the temporary folder, removed at the end of the scope.
struct TemporaryFile {
  explicit TemporaryFile(StringRef suffix) {
    error = llvm::sys::fs::createTemporaryFile("dpsims", suffix, path);
    remover.setFile(path);
  }

  SmallString<128> path;
  std::error_code error;
  llvm::FileRemover remover;
};

LogicalResult writeFile(Location loc, const TemporaryFile &file, StringRef text) {
  std::error_code error = file.error;
  if (!error) {
    llvm::raw_fd_ostream stream(file.path, error);
    stream << text;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  if (error)
    return emitError(loc) << "cannot write a temporary file for ptxas: " << error.message();
  return success();
}

std::string contentOf(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Runs ptxas, the first of the arguments; `text` becomes what it says. Returns its exit status.
int runPtxas(ArrayRef<StringRef> arguments, const TemporaryFile &messages, std::string &text) {
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(messages.path), StringRef(messages.path)};
  std::string failure;
  int status = llvm::sys::ExecuteAndWait(arguments.front(), arguments, std::nullopt, redirects, 0, 0, &failure);
  text = contentOf(messages.path) + failure;
  return status;
}

/// The number in front of `unit` in "Used 16 registers, used 1 barriers, 64 bytes smem"; 0 where it is not.
unsigned amount(StringRef line, StringRef unit) {
  SmallVector<StringRef> pieces;
  line.split(pieces, ',');
  unsigned number = 0;
  for (StringRef piece : pieces)
    if (piece.consume_back(unit) && !piece.rtrim().rsplit(' ').second.getAsInteger(10, number))
      return number;
  return 0;
}

/// Reads what ptxas -v says: of each kernel a line with its name in quotes, then its figures.
void parseUsage(StringRef chip, StringRef text, std::vector<KernelUsage> &kernels) {
  const size_t others = kernels.size();
  while (!text.empty()) {
    StringRef line;
    std::tie(line, text) = text.split('\n');
    if (line.contains("Compiling entry function"))
      kernels.push_back({chip.str(), line.split('\'').second.split('\'').first.str()});
    if (kernels.size() == others)
      continue;
    KernelUsage &usage = kernels.back();
    if (line.contains("bytes stack frame")) {
      usage.stack = amount(line, " bytes stack frame");
      usage.spillStores = amount(line, " bytes spill stores");
      usage.spillLoads = amount(line, " bytes spill loads");
    } else if (line.contains("Used ") && line.contains(" registers")) {
      usage.registers = amount(line, " registers");
      usage.shared = amount(line, " bytes smem");
    }
  }
}

} // namespace

std::vector<std::string> dpsims::ptxasChips() {
  std::optional<std::string> ptxas = findPtxas();
  TemporaryFile messages("txt");
  std::string help;
  if (!ptxas || messages.error || runPtxas({*ptxas, "--help"}, messages, help) != 0)
    return {};
  std::vector<std::string> chips;
  SmallVector<StringRef> words;
  StringRef(help).split(words, '\''); // Allowed values for this option:  'compute_75',...,'sm_75','sm_80',...
  for (StringRef word : words)
    if (word.starts_with("sm_"))
      chips.push_back(word.str());
  return chips;
}

FailureOr<KernelCode::Image> dpsims::assemble(Location loc, StringRef chip, StringRef ptx,
                                              std::vector<KernelUsage> &usage) {
  std::optional<std::string> ptxas = findPtxas();
  if (!ptxas)
    return emitError(loc, "ptxas not found: install the CUDA toolkit, or set CUDA_HOME to where it is");
  TemporaryFile source("ptx"), object("cubin"), messages("txt");
  if (object.error || messages.error)
    return emitError(loc) << "cannot make a temporary file for ptxas: " << object.error.message();
  if (failed(writeFile(loc, source, ptx)))
    return failure();
  std::string arch = ("-arch=" + chip).str(), text;
  if (runPtxas({*ptxas, "-v", arch, "-O3", source.path, "-o", object.path}, messages, text) != 0)
    return emitError(loc) << "ptxas failed for " << chip << ": " << StringRef(text).trim().split('\n').first;
  parseUsage(chip, text, usage);
  std::string code = contentOf(object.path);
  return KernelCode::Image{"cubin", chip.str(), llvm::SmallVector<char, 0>(code.begin(), code.end()), {}};
}
