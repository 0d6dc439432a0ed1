// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Built with exceptions, which the runtime's readers throw and the compiler does not know.
#include "passes/Onnx/OnnxFile.h"

#include "runtime/base/align.h"
#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/float16.h"
#include "runtime/session/weight_source.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/text_format.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <unordered_map>

namespace dpsims {
namespace {

/// Protobuf's limit for a message, less what the graph itself may take.
constexpr uint64_t mostInline = (uint64_t(1) << 31) - (uint64_t(64) << 20);

/// ONNX advises that weights in files of their own begin at pages.
constexpr uint64_t pageBytes = 4096;

/// Takes the bytes of a message. Protobuf must not see an exception, so it is kept.
class FileStream : public google::protobuf::io::CopyingOutputStream {
public:
  explicit FileStream(AtomicFile &file) : file(file) {}

  bool Write(const void *data, int size) override {
    try {
      file.write(data, size_t(size));
      return true;
    } catch (...) {
      error = std::current_exception();
      return false;
    }
  }

  void rethrow() {
    if (error)
      std::rethrow_exception(error);
  }

private:
  AtomicFile &file;
  std::exception_ptr error;
};

/// A program's weights out of a file, matched as the runtime does it.
class Weights {
public:
  Weights(const std::vector<WeightSpec> &specs, const OnnxOptions &options)
      : model(modelOf(specs)), source(model, model.entries.front(), options.weights, options.prefix),
        path(options.weights) {
    for (uint32_t i = 0; i < specs.size(); ++i)
      indices[specs[i].name] = i;
  }

  const std::map<std::string, std::string> &metadata() const { return source.metadata(); }

  /// Whether the initializer is a weight: those that are not have their data.
  bool has(const onnx::TensorProto &tensor) const { return indices.count(tensor.name()) != 0; }

  static uint64_t byteCount(const onnx::TensorProto &tensor) {
    return uint64_t(byteSize(typeOf(tensor), Shape(tensor.dims().begin(), tensor.dims().end())));
  }

  /// The values in the initializer's type.
  std::string read(const onnx::TensorProto &tensor) {
    const ElementType type = typeOf(tensor);
    std::string bytes(byteCount(tensor), '\0');
    std::vector<float> values(bytes.size() / elementSize(type));
    source.read(indices.at(tensor.name()), values.data());
    if (type == ElementType::F16)
      refuseLarge(tensor.name(), values);
    if (type == ElementType::F32)
      std::memcpy(bytes.data(), values.data(), bytes.size());
    else
      narrow(type, values.data(), values.size(), bytes.data());
    return bytes;
  }

private:
  static CompiledModel modelOf(const std::vector<WeightSpec> &specs) {
    CompiledModel model;
    model.weights = specs;
    model.entries.emplace_back();
    for (uint32_t i = 0; i < specs.size(); ++i)
      model.entries.back().weights.push_back(i);
    return model;
  }

  static ElementType typeOf(const onnx::TensorProto &tensor) {
    switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT16:
      return ElementType::F16;
    case onnx::TensorProto::BFLOAT16:
      return ElementType::BF16;
    case onnx::TensorProto::FLOAT:
      return ElementType::F32;
    default: // the converter declares no others
      fail(ErrorCode::Internal, "a weight of ONNX's type ", tensor.data_type());
    }
  }

  void refuseLarge(const std::string &name, const std::vector<float> &values) const {
    for (float value : values)
      if (std::isinf(halfToFloat(floatToHalf(value))))
        fail(ErrorCode::Incompatible, path, ": ", quoted(name), " has ", value,
             ", and f16 ends at 65504: take --weight-type bf16");
  }

  CompiledModel model;
  FileWeights source;
  std::string path;
  std::unordered_map<std::string, uint32_t> indices;
};

void addExternal(onnx::TensorProto &tensor, const char *key, const std::string &value) {
  onnx::StringStringEntryProto &entry = *tensor.add_external_data();
  entry.set_key(key);
  entry.set_value(value);
}

uint64_t weightBytes(const onnx::ModelProto &model, const Weights &weights) {
  uint64_t bytes = 0;
  for (const onnx::TensorProto &tensor : model.graph().initializer())
    if (weights.has(tensor))
      bytes += Weights::byteCount(tensor);
  return bytes;
}

/// Puts the weights into a file and says in the model where they are.
void writeData(onnx::ModelProto &model, Weights &weights, AtomicFile &file) {
  const std::string &path = file.path();
  uint64_t offset = 0;
  for (onnx::TensorProto &tensor : *model.mutable_graph()->mutable_initializer()) {
    if (!weights.has(tensor))
      continue;
    const std::string padding(alignUp(offset, pageBytes) - offset, '\0'), bytes = weights.read(tensor);
    file.write(padding);
    file.write(bytes);
    offset += padding.size();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    addExternal(tensor, "location", path.substr(path.rfind('/') + 1));
    addExternal(tensor, "offset", std::to_string(offset));
    addExternal(tensor, "length", std::to_string(bytes.size()));
    offset += bytes.size();
  }
}

void writeModel(const onnx::ModelProto &model, AtomicFile &file) {
  const std::string &path = file.path(), ending = ".textproto";
  const bool asText =
      path.size() > ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
  FileStream stream(file);
  bool written;
  {
    google::protobuf::io::CopyingOutputStreamAdaptor adaptor(&stream);
    written = asText ? google::protobuf::TextFormat::Print(model, &adaptor) : model.SerializeToZeroCopyStream(&adaptor);
    written = adaptor.Flush() && written;
  }
  stream.rethrow();
  if (!written)
    fail(ErrorCode::Internal, path, ": protobuf cannot write the model");
}

void writeFiles(onnx::ModelProto &model, Weights &weights, const OnnxOptions &options) {
  const bool toPipe = options.output == "-";
  const bool external = options.externalData || weightBytes(model, weights) + model.ByteSizeLong() > mostInline;
  if (external && toPipe)
    fail("-o -: weights that are more than 2 GB, or --external-data, go to a file beside the output: name a file");
  AtomicFile file(toPipe ? "/dev/stdout" : options.output);
  if (!external) {
    for (onnx::TensorProto &tensor : *model.mutable_graph()->mutable_initializer())
      if (weights.has(tensor))
        tensor.set_raw_data(weights.read(tensor));
    writeModel(model, file);
    return file.commit();
  }
  AtomicFile data(options.output + dataSuffix);
  writeData(model, weights, data);
  writeModel(model, file);
  data.commit();
  try {
    file.commit();
  } catch (...) { // data of no model, or of an older one
    std::remove(data.path().c_str());
    throw;
  }
}

} // namespace

void addMetadata(onnx::ModelProto &model, const std::string &key, const std::string &value) {
  onnx::StringStringEntryProto &entry = *model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string writeOnnx(onnx::ModelProto &model, const std::vector<WeightSpec> &specs, const OnnxOptions &options) {
  try {
    Weights weights(specs, options);
    for (const auto &[key, value] : weights.metadata())
      addMetadata(model, "weights." + key, value);
    writeFiles(model, weights, options);
    return "";
  } catch (const std::exception &error) {
    return error.what();
  }
}

} // namespace dpsims
