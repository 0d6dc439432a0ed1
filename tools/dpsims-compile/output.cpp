// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/output.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {

std::error_code takeError(llvm::raw_fd_ostream &os) {
  os.flush();
  std::error_code code = os.error();
  os.clear_error();
  return code;
}

std::string writeDevice(StringRef path, StringRef bytes) {
  std::error_code code;
  llvm::raw_fd_ostream os(path, code, llvm::sys::fs::CD_OpenExisting);
  if (!code) {
    os << bytes;
    code = takeError(os);
  }
  return code ? code.message() : "";
}

/// An error's text without the file's name.
std::string reasonOf(llvm::Error error) {
  std::string reason;
  llvm::handleAllErrors(
      std::move(error), [&](const llvm::FileError &fault) { reason = fault.messageWithoutFileInfo(); },
      [&](const llvm::ErrorInfoBase &fault) { reason = fault.message(); });
  return reason;
}

std::string placeText(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  if (!file)
    return "dpsims-compile: ";
  return (file.getFilename().getValue() + ":" + llvm::Twine(file.getLine()) + ":" + llvm::Twine(file.getColumn()) +
          ": ")
      .str();
}

} // namespace

std::string dpsims::writeFile(StringRef path, StringRef bytes) {
  if (llvm::sys::fs::exists(path) && !llvm::sys::fs::is_regular_file(path))
    return writeDevice(path, bytes);
  return reasonOf(llvm::writeToOutput(path, [&](llvm::raw_ostream &os) -> llvm::Error {
    os << bytes;
    return llvm::errorCodeToError(takeError(static_cast<llvm::raw_fd_ostream &>(os)));
  }));
}

void dpsims::printError(const llvm::Twine &message) { llvm::errs() << "dpsims-compile: error: " << message << "\n"; }

llvm::LogicalResult dpsims::fail(const llvm::Twine &message) {
  printError(message);
  return llvm::failure();
}

void dpsims::printDiagnostic(Diagnostic &diagnostic) {
  StringRef kind = diagnostic.getSeverity() == DiagnosticSeverity::Error     ? "error: "
                   : diagnostic.getSeverity() == DiagnosticSeverity::Warning ? "warning: "
                                                                             : "note: ";
  llvm::errs() << placeText(diagnostic.getLocation()) << kind << diagnostic << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    llvm::errs() << "  " << placeText(note.getLocation()) << note << "\n";
}
