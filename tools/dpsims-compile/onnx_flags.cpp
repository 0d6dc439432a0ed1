// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/onnx_flags.h"
#include "tools/dpsims-compile/output.h"

using namespace mlir;
using namespace dpsims;
namespace cl = llvm::cl;

namespace {

cl::OptionCategory category("Options of ONNX");
cl::opt<std::string>
    to("to",
       cl::desc("onnx: write one program, sample if none is named, with its weights as a file of ONNX; "
                "as its text where -o ends in .textproto"),
       cl::value_desc("format"), cl::cat(category));
cl::opt<std::string> weights("weights", cl::desc("the weights that go into it"), cl::value_desc("FILE.safetensors"),
                             cl::cat(category));
cl::opt<std::string> prefix("prefix", cl::desc("use the weights below this name (\"generator\")"),
                            cl::value_desc("name"), cl::cat(category));
cl::opt<std::string> weightType("weight-type",
                                cl::desc("store weights of two dimensions and more as f32 (default), f16 or bf16; "
                                         "what is computed is f32"),
                                cl::value_desc("type"), cl::init("f32"), cl::cat(category));
cl::opt<bool> externalData("external-data",
                           cl::desc("weights go to a file beside the output, its name with .data, as they do anyway "
                                    "where they are more than 2 GB"),
                           cl::cat(category));

} // namespace

cl::OptionCategory &dpsims::onnxCategory() { return category; }

bool dpsims::wantsOnnx() { return to == "onnx"; }

LogicalResult dpsims::checkOnnxFlags(ArrayRef<const cl::Option *> ofModels) {
  if (to.getNumOccurrences() && !wantsOnnx())
    return fail("--to " + to + ": the format is onnx; without --to a compiled model is written");
  const cl::Option *const ofOnnx[] = {&weights, &prefix, &weightType, &externalData};
  for (const cl::Option *option : wantsOnnx() ? ofModels : ArrayRef(ofOnnx))
    if (option->getNumOccurrences())
      return fail("--" + option->ArgStr +
                  (wantsOnnx() ? ": is for compiled models: leave it out with --to onnx" : ": is for --to onnx"));
  if (!wantsOnnx())
    return success();
#ifndef DPSIMS_HAS_ONNX
  return fail("--to onnx: this build has no ONNX: install libonnx-dev and libprotobuf-dev, and build without "
              "-DDPSIMS_ONNX=OFF");
#endif
  if (weights.empty())
    return fail("--to onnx: --weights FILE.safetensors is missing: the file of ONNX has them");
  return success();
}

std::optional<OnnxOptions> dpsims::onnxOptions(const std::string &output) {
  if (!wantsOnnx())
    return std::nullopt;
  return OnnxOptions{weights, prefix, output, weightType, externalData};
}

LogicalResult dpsims::exportByFlags(MLIRContext *context, const CompileOptions &options, const OnnxOptions &onnx) {
#ifdef DPSIMS_HAS_ONNX
  return exportOnnx(context, options, onnx);
#else
  return failure();
#endif
}
