// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/format/decode.h"

#include "runtime/base/error.h"

#include "model_generated.h"

#include <cmath>
#include <cstring>
#include <iterator>

namespace dpsims {

namespace {

// Far beyond any network, far below what sums of sizes could overflow.
constexpr uint64_t maxElements = uint64_t(1) << 40;
constexpr uint64_t maxArenaSize = uint64_t(1) << 46;
constexpr size_t maxRank = 8;
constexpr int maxDepth = 16;
constexpr int maxTables = 8 * 1000 * 1000;

template <typename T> std::string text(const T *string) { return string ? string->str() : std::string(); }

template <typename T> size_t sizeOf(const T *vector) { return vector ? vector->size() : 0; }

class Decoder {
public:
  Decoder(const uint8_t *data, size_t size, CompiledModel &model) : data(data), size(size), model(model) {}

  void run() {
    flatbuffers::Verifier verifier(data, size, maxDepth, maxTables);
    if (!format::VerifyModelBuffer(verifier))
      fail(ErrorCode::InvalidData, model.path, ": damaged: its tables point outside of the file; compile it again");
    const format::Model &file = *format::GetModel(data);
    decodeHeader(file);
    for (size_t i = 0; i < sizeOf(file.weights()); ++i)
      decodeWeight(required(file.weights()->Get(i)));
    for (size_t i = 0; i < sizeOf(file.kernels()); ++i)
      decodeKernel(required(file.kernels()->Get(i)));
    for (size_t i = 0; i < sizeOf(file.entries()); ++i)
      decodeEntry(required(file.entries()->Get(i)));
  }

private:
  template <typename... Pieces> [[noreturn]] void bad(const Pieces &...pieces) const {
    fail(ErrorCode::InvalidData, model.path, ": ", place, pieces...,
         "; the file is damaged, or its compiler has a bug");
  }

  template <typename T> const T &required(const T *table) const {
    if (!table)
      bad("a table is missing");
    return *table;
  }

  // An enumerator's value as our type; both count from 0 in the same order.
  template <typename To, typename From> To enumerator(From value, To last, const char *what) const {
    if (static_cast<uint64_t>(value) > static_cast<uint64_t>(last))
      bad(what, " ", static_cast<uint64_t>(value), " is unknown");
    return static_cast<To>(value);
  }

  // By name: the file and the runtime number them for themselves.
  ElementType elementType(format::ElementType type) const {
    ElementType result;
    if (!elementTypeFromName(format::EnumNameElementType(type), result))
      bad("element type ", static_cast<uint64_t>(type), " is unknown");
    return result;
  }

  Shape shape(const flatbuffers::Vector<uint64_t> *dims) const {
    Shape result;
    uint64_t count = 1;
    if (sizeOf(dims) > maxRank)
      bad("a shape has ", sizeOf(dims), " dimensions; ", maxRank, " is the limit");
    for (size_t i = 0; i < sizeOf(dims); ++i) {
      uint64_t dim; // the verifier does not check that 64-bit elements are aligned
      std::memcpy(&dim, dims->Data() + i * sizeof(dim), sizeof(dim));
      dim = flatbuffers::EndianScalar(dim);
      if (dim == 0 || dim > maxElements / count)
        bad("dimension ", i, " of a shape is ", dim);
      count *= dim;
      result.push_back(static_cast<int64_t>(dim));
    }
    return result;
  }

  void decodeHeader(const format::Model &file) {
    model.compiler = text(file.compiler());
    model.sourceHash = text(file.source_hash());
    model.target = text(file.target());
    model.precision = enumerator(file.precision(), Precision::BF16, "precision");
    model.ranks = file.ranks();
    model.config = text(file.config());
    for (size_t i = 0; i < sizeOf(file.images()); ++i)
      decodeImage(required(file.images()->Get(i)));
  }

  void decodeImage(const format::CodeImage &file) {
    CodeImage image{text(file.format()), text(file.chip()), {}, {file.code()->data(), file.code()->size()}};
    for (size_t i = 0; i < sizeOf(file.features()); ++i)
      image.features.push_back(text(file.features()->Get(i)));
    model.images.push_back(std::move(image));
  }

  void decodeWeight(const format::Weight &weight) {
    place = "weight " + quoted(text(weight.name())) + ": ";
    WeightSpec spec;
    spec.name = text(weight.name());
    spec.type = elementType(weight.type());
    spec.shape = shape(weight.shape());
    spec.trained = weight.trained();
    spec.init = text(weight.init());
    spec.initValue = weight.init_value();
    spec.initOf = text(weight.init_of());
    spec.required = weight.required();
    spec.parts = weight.sharded() ? model.ranks : 1;
    if (!std::isfinite(spec.initValue))
      bad("the initial value is not finite");
    model.weights.push_back(std::move(spec));
  }

  void decodeKernel(const format::Kernel &kernel) {
    model.kernels.push_back({text(kernel.name()), kernel.grid(), kernel.threads()});
  }

  Argument decodeArgument(const format::Argument &argument) {
    return {text(argument.name()), elementType(argument.type()), shape(argument.shape()), argument.sharded()};
  }

  void decodeEntry(const format::Entry &file) {
    place = "entry " + quoted(text(file.name())) + ": ";
    Entry entry;
    entry.name = text(file.name());
    for (size_t i = 0; i < sizeOf(file.inputs()); ++i)
      entry.inputs.push_back(decodeArgument(required(file.inputs()->Get(i))));
    for (size_t i = 0; i < sizeOf(file.outputs()); ++i)
      entry.outputs.push_back(decodeArgument(required(file.outputs()->Get(i))));
    for (size_t i = 0; i < sizeOf(file.weights()); ++i)
      entry.weights.push_back(file.weights()->Get(i));
    for (size_t i = 0; i < sizeOf(file.variables()); ++i)
      entry.variables.push_back(file.variables()->Get(i));
    for (size_t i = 0; i < sizeOf(file.constants()); ++i) {
      const format::Constant &constant = required(file.constants()->Get(i));
      entry.constants.push_back({elementType(constant.type()), shape(constant.shape())});
    }
    std::string outer = place;
    place = outer + "prepare: ";
    decodePlan(required(file.prepare()), entry.prepare);
    place = outer + "main: ";
    decodePlan(required(file.main()), entry.main);
    model.entries.push_back(std::move(entry));
  }

  void decodePlan(const format::Plan &file, Plan &plan) {
    std::string outer = place;
    plan.arenaSize = file.arena_size();
    if (plan.arenaSize > maxArenaSize)
      bad("an arena of ", plan.arenaSize, " bytes");
    for (size_t i = 0; i < sizeOf(file.buffers()); ++i) {
      place = outer + "buffer " + std::to_string(i) + ": ";
      const format::Buffer &buffer = required(file.buffers()->Get(i));
      plan.buffers.push_back({enumerator(buffer.space(), Space::Variable, "space"), buffer.index(), buffer.offset(),
                              elementType(buffer.type()), shape(buffer.shape())});
    }
    for (size_t i = 0; i < sizeOf(file.steps()); ++i) {
      const format::Step &step = required(file.steps()->Get(i));
      place = outer + "step " + std::to_string(i) + " (" + text(step.label()) + "): ";
      plan.steps.push_back({decodeOperation(step), text(step.label()), step.flops(), step.bytes()});
    }
    place = outer;
  }

  Operation decodeOperation(const format::Step &step) {
    switch (step.operation_type()) {
    case format::Operation::Launch:
      return decodeLaunch(*step.operation_as_Launch());
    case format::Operation::Conv:
      return decodeConv(*step.operation_as_Conv());
    case format::Operation::Matmul:
      return decodeMatmul(*step.operation_as_Matmul());
    case format::Operation::LoadWeight:
      return LoadWeightStep{step.operation_as_LoadWeight()->weight(), step.operation_as_LoadWeight()->dst()};
    case format::Operation::StoreConstant:
      return StoreConstantStep{step.operation_as_StoreConstant()->src(), step.operation_as_StoreConstant()->constant()};
    case format::Operation::ConvInputGradient:
      return decodeInputGradient(*step.operation_as_ConvInputGradient());
    case format::Operation::ConvWeightGradient:
      return decodeWeightGradient(*step.operation_as_ConvWeightGradient());
    case format::Operation::Collective:
      return decodeCollective(*step.operation_as_Collective());
    case format::Operation::NONE:
      break;
    }
    bad("operation ", static_cast<unsigned>(step.operation_type()), " is unknown");
  }

  LaunchStep decodeLaunch(const format::Launch &launch) {
    LaunchStep result;
    result.kernel = launch.kernel();
    result.outputs = launch.outputs();
    for (size_t i = 0; i < sizeOf(launch.args()); ++i)
      result.args.push_back(launch.args()->Get(i));
    return result;
  }

  template <typename Table> static void decodeWindow(const Table &table, ConvWindow &window) {
    window.strideH = table.stride_h();
    window.strideW = table.stride_w();
    window.padTop = table.pad_top();
    window.padLeft = table.pad_left();
    window.padBottom = table.pad_bottom();
    window.padRight = table.pad_right();
    window.groups = table.groups();
    window.packed = table.packed();
  }

  ConvInputGradientStep decodeInputGradient(const format::ConvInputGradient &table) {
    ConvInputGradientStep result;
    result.gradient = table.gradient();
    result.weights = table.weights();
    result.dst = table.dst();
    decodeWindow(table, result);
    return result;
  }

  ConvWeightGradientStep decodeWeightGradient(const format::ConvWeightGradient &table) {
    ConvWeightGradientStep result;
    result.src = table.src();
    result.gradient = table.gradient();
    result.dst = table.dst();
    decodeWindow(table, result);
    return result;
  }

  ConvStep decodeConv(const format::Conv &conv) {
    ConvStep result;
    result.src = conv.src();
    result.weights = conv.weights();
    result.dst = conv.dst();
    result.bias = conv.bias();
    result.residual = conv.residual();
    decodeWindow(conv, result);
    result.epilogue = decodeEpilogue(conv.epilogue());
    return result;
  }

  MatmulStep decodeMatmul(const format::Matmul &matmul) {
    MatmulStep result;
    result.a = matmul.a();
    result.b = matmul.b();
    result.dst = matmul.dst();
    result.bias = matmul.bias();
    result.residual = matmul.residual();
    result.batch = matmul.batch();
    result.m = matmul.m();
    result.n = matmul.n();
    result.k = matmul.k();
    result.transposeA = matmul.transpose_a();
    result.transposeB = matmul.transpose_b();
    result.sharedB = matmul.shared_b();
    result.epilogue = decodeEpilogue(matmul.epilogue());
    return result;
  }

  CollectiveStep decodeCollective(const format::Collective &table) {
    CollectiveStep result;
    for (size_t i = 0; i < sizeOf(table.srcs()); ++i)
      result.srcs.push_back(table.srcs()->Get(i));
    for (size_t i = 0; i < sizeOf(table.dsts()); ++i)
      result.dsts.push_back(table.dsts()->Get(i));
    result.kind = enumerator(table.kind(), CollectiveKind::OwnPart, "kind of collective");
    return result;
  }

  Epilogue decodeEpilogue(const format::Epilogue *epilogue) {
    if (!epilogue)
      return {};
    Epilogue result{enumerator(epilogue->activation(), *std::prev(std::end(activations)), "activation"),
                    epilogue->alpha(), epilogue->beta()};
    if (std::isnan(result.alpha) || std::isnan(result.beta))
      bad("the activation's parameters are not numbers");
    return result;
  }

  const uint8_t *data;
  size_t size;
  CompiledModel &model;
  std::string place;
};

} // namespace

void decodeModel(const uint8_t *data, size_t size, CompiledModel &model) { Decoder(data, size, model).run(); }

} // namespace dpsims
