// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/format/describe.h"

#include "runtime/base/error.h"

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace dpsims {

namespace {

std::ostream &field(std::ostream &out, const char *name) {
  std::string text = std::string("  ") + name;
  text.resize(16, ' ');
  return out << text;
}

std::string tensorText(ElementType type, const Shape &shape) {
  return std::string(elementTypeName(type)) + " " + shapeText(shape);
}

// The configuration in one line; long tables of colors say little. As it is where it is not JSON, or is nested so deep
// that writing it would take too much of the stack.
std::string configText(const std::string &config) {
  constexpr int mostDepth = 100;
  bool isDeep = false;
  const nlohmann::json::parser_callback_t follow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json &) {
    isDeep |= depth > mostDepth;
    return !isDeep;
  };
  nlohmann::json json = nlohmann::json::parse(config, follow, false);
  if (isDeep || json.is_discarded())
    return config;
  if (json.is_object() && json.contains("data") && json["data"].is_object() && json["data"].contains("palette"))
    json["data"]["palette"] = std::to_string(json["data"]["palette"].size()) + " colors";
  return json.dump();
}

// "elf for znver4, 812.3 KiB; needs avx2 fma"
std::string imageText(const CodeImage &image) {
  std::string text = image.format + " for " + image.chip + ", " + bytesText(image.code.size);
  for (size_t i = 0; i < image.features.size(); ++i)
    text += (i == 0 ? "; needs " : " ") + image.features[i];
  return text;
}

void describeHeader(const CompiledModel &model, std::ostream &out) {
  out << model.path << "\n";
  field(out, "format") << "version " << model.version << ", " << bytesText(model.fileSize) << "\n";
  field(out, "compiler") << oneLine(model.compiler) << "\n";
  field(out, "source") << oneLine(model.sourceHash) << "\n";
  field(out, "target") << oneLine(model.target) << "\n";
  field(out, "precision") << name(model.precision) << "\n";
  if (model.ranks > 1)
    field(out, "ranks") << model.ranks << "\n";
  field(out, "kernels") << model.kernels.size() << "\n";
  for (const CodeImage &image : model.images)
    field(out, "code") << oneLine(imageText(image)) << "\n";
  field(out, "configuration") << oneLine(configText(model.config)) << "\n";
}

// "310: 90 conv, 200 launch, 20 matmul; 270.1 GFLOP, 2.3 GB"
std::string stepsText(const Plan &plan) {
  std::map<std::string, size_t> kinds;
  double flops = 0, bytes = 0;
  for (const Step &step : plan.steps) {
    ++kinds[step.kind()];
    flops += static_cast<double>(step.flops);
    bytes += static_cast<double>(step.bytes);
  }
  std::string text = std::to_string(plan.steps.size());
  const char *separator = ": ";
  for (const auto &[kind, count] : kinds) {
    text += separator + std::to_string(count) + " " + kind;
    separator = ", ";
  }
  return text + "; " + amountText(flops, "FLOP") + ", " + amountText(bytes, "B") + " read and written";
}

std::string argumentText(const Argument &argument) {
  return oneLine(argument.name) + " " + tensorText(argument.type, argument.shape) +
         (argument.sharded ? " of each rank" : "");
}

void describeEntry(const CompiledModel &model, const Entry &entry, std::ostream &out) {
  out << "entry " << oneLine(entry.name) << "\n";
  for (const Argument &input : entry.inputs)
    field(out, "input") << argumentText(input) << "\n";
  for (const Argument &output : entry.outputs)
    field(out, "output") << argumentText(output) << "\n";
  uint64_t parameters = 0, trained = 0, bytes = 0, variables = 0, constants = 0;
  for (uint32_t index : entry.weights) {
    uint64_t count = static_cast<uint64_t>(elementCount(model.weights[index].shape));
    parameters += count;
    bytes += model.weights[index].bytes();
    trained += model.weights[index].trained ? count : 0;
  }
  for (uint32_t index : entry.variables)
    variables += model.weights[index].keptBytes();
  for (const ConstantInfo &constant : entry.constants)
    constants += constant.bytes();
  field(out, "weights") << entry.weights.size() << ", " << parameters << " parameters (" << trained << " trained), "
                        << bytesText(bytes) << "\n";
  if (!entry.variables.empty())
    field(out, "variables") << entry.variables.size() << ", " << bytesText(variables) << " read and written\n";
  field(out, "constants") << entry.constants.size() << ", " << bytesText(constants) << " before packing\n";
  field(out, "arena") << bytesText(entry.main.arenaSize) << "; while loading " << bytesText(entry.prepare.arenaSize)
                      << "\n";
  field(out, "prepare steps") << stepsText(entry.prepare) << "\n";
  field(out, "steps") << stepsText(entry.main) << "\n";
}

std::string bufferText(const Plan &plan, int64_t index) {
  static const char *const spaces[] = {"input", "output", "arena", "constant", "load", "variable"};
  if (index < 0)
    return "-";
  const Buffer &buffer = plan.buffers[static_cast<size_t>(index)];
  std::string text = spaces[static_cast<size_t>(buffer.space)];
  bool indexed = isIndexed(buffer.space);
  if (indexed)
    text += " " + std::to_string(buffer.index);
  if (!indexed || buffer.offset)
    text += "+" + std::to_string(buffer.offset);
  return text + " " + tensorText(buffer.type, buffer.shape);
}

std::string epilogueText(const Plan &plan, const Epilogue &epilogue, int32_t bias, int32_t residual) {
  std::string text;
  if (bias >= 0)
    text += ", bias " + bufferText(plan, bias);
  if (epilogue.activation != Activation::None)
    text += std::string(", ") + name(epilogue.activation);
  if (residual >= 0)
    text += ", residual " + bufferText(plan, residual);
  return text;
}

std::string windowText(const ConvWindow &window) {
  std::string text = ", stride " + std::to_string(window.strideH) + "x" + std::to_string(window.strideW) + ", padding ";
  for (uint32_t pad : {window.padTop, window.padLeft, window.padBottom})
    text += std::to_string(pad) + ",";
  return text + std::to_string(window.padRight) + ", groups " + std::to_string(window.groups) +
         (window.packed ? ", packed" : "");
}

struct OperationText {
  const CompiledModel &model;
  const Plan &plan;

  std::string operator()(const LaunchStep &step) const {
    std::string text = model.kernels[step.kernel].name + "(";
    for (size_t i = 0; i < step.args.size(); ++i)
      text += (i ? ", " : "") + bufferText(plan, step.args[i]);
    return text + ") on " + std::to_string(model.kernels[step.kernel].grid);
  }
  std::string operator()(const ConvStep &step) const {
    return bufferText(plan, step.dst) + " = conv " + bufferText(plan, step.src) + ", " +
           bufferText(plan, step.weights) + windowText(step) +
           epilogueText(plan, step.epilogue, step.bias, step.residual);
  }
  std::string operator()(const ConvInputGradientStep &step) const {
    return bufferText(plan, step.dst) + " = input gradient of conv " + bufferText(plan, step.gradient) + ", " +
           bufferText(plan, step.weights) + windowText(step);
  }
  std::string operator()(const ConvWeightGradientStep &step) const {
    return bufferText(plan, step.dst) + " = weight gradient of conv " + bufferText(plan, step.src) + ", " +
           bufferText(plan, step.gradient) + windowText(step);
  }
  std::string operator()(const MatmulStep &step) const {
    return bufferText(plan, step.dst) + " = matmul " + bufferText(plan, step.a) +
           (step.transposeA ? " transposed" : "") + ", " + bufferText(plan, step.b) +
           (step.transposeB ? " transposed" : "") + ", batch " + std::to_string(step.batch) + " m " +
           std::to_string(step.m) + " n " + std::to_string(step.n) + " k " + std::to_string(step.k) +
           epilogueText(plan, step.epilogue, step.bias, step.residual);
  }
  std::string operator()(const CollectiveStep &step) const {
    static const char *const titles[] = {
        "sum over ranks:", "maximum over ranks:", "part of the sum over ranks:", "parts of all ranks:", "own part:"};
    std::string text = titles[static_cast<size_t>(step.kind)];
    for (size_t i = 0; i < step.srcs.size(); ++i)
      text += (i ? ", " : " ") + bufferText(plan, step.dsts[i]) + " of " + bufferText(plan, step.srcs[i]);
    return text;
  }
  std::string operator()(const LoadWeightStep &step) const {
    return bufferText(plan, step.dst) + " = weight " + model.weights[step.weight].name;
  }
  std::string operator()(const StoreConstantStep &step) const {
    return "constant " + std::to_string(step.constant) + " = " + bufferText(plan, step.src);
  }
};

void describeSteps(const CompiledModel &model, const Plan &plan, const char *title, std::ostream &out) {
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step &step = plan.steps[i];
    out << "  " << title << " " << i << ": " << oneLine(std::visit(OperationText{model, plan}, step.operation));
    if (!step.label.empty())
      out << "  // " << oneLine(step.label);
    out << "\n";
  }
}

void describeWeights(const CompiledModel &model, const Entry &entry, std::ostream &out) {
  std::set<uint32_t> variables(entry.variables.begin(), entry.variables.end());
  for (uint32_t index : entry.weights) {
    const WeightSpec &weight = model.weights[index];
    out << "  weight " << oneLine(weight.name) << " " << tensorText(weight.type, weight.shape)
        << (weight.trained ? "" : ", not trained") << (weight.required ? "" : ", optional")
        << (variables.count(index) ? ", variable" : "") << ", " << oneLine(weight.init);
    if (weight.init == "constant" || weight.init == "normal" || weight.init == "xavier_normal")
      out << " " << weight.initValue;
    if (!weight.initOf.empty())
      out << " of " << oneLine(weight.initOf);
    out << "\n";
  }
}

} // namespace

std::string bytesText(uint64_t bytes) {
  char text[32];
  if (bytes < 1024)
    std::snprintf(text, sizeof(text), "%u B", static_cast<unsigned>(bytes));
  else if (bytes < (uint64_t(1) << 20))
    std::snprintf(text, sizeof(text), "%.1f KiB", static_cast<double>(bytes) / 1024);
  else
    std::snprintf(text, sizeof(text), "%.1f MiB", static_cast<double>(bytes) / (1024 * 1024));
  return text;
}

std::string amountText(double amount, const char *unit) {
  static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
  size_t i = 0;
  for (; amount >= 1000 && i + 1 < sizeof(prefixes) / sizeof(prefixes[0]); ++i)
    amount /= 1000;
  char text[64];
  std::snprintf(text, sizeof(text), i == 0 ? "%.0f %s%s" : "%.1f %s%s", amount, prefixes[i], unit);
  return text;
}

void describe(const CompiledModel &model, const DescribeOptions &options, std::ostream &out) {
  describeHeader(model, out);
  for (const Entry &entry : model.entries) {
    describeEntry(model, entry, out);
    if (options.weights)
      describeWeights(model, entry, out);
    if (!options.steps)
      continue;
    describeSteps(model, entry.prepare, "prepare", out);
    describeSteps(model, entry.main, "step", out);
  }
}

} // namespace dpsims
