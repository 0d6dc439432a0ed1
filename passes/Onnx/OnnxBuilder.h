// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes nodes of an ONNX graph, opset 17.

#ifndef DPSIMS_PASSES_ONNX_ONNXBUILDER_H
#define DPSIMS_PASSES_ONNX_ONNXBUILDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>
#include <variant>

namespace dpsims {

/// An attribute of a node.
struct OnnxAttribute {
  llvm::StringRef name;
  std::variant<int64_t, double, std::string, llvm::ArrayRef<int64_t>> value; // a list must outlive the call
};

/// Adds nodes and constants to a graph. Values are their names.
class OnnxBuilder {
public:
  using Names = llvm::ArrayRef<std::string>;
  using Attributes = llvm::ArrayRef<OnnxAttribute>;

  explicit OnnxBuilder(onnx::GraphProto &graph) : graph(graph) {}

  /// Keeps a name for a value that is not a node's of this class; false if it is taken.
  bool reserve(llvm::StringRef name) { return taken.insert(name.str()).second; }

  /// What the names of the nodes that follow begin with.
  void setStem(std::string text) { stem = std::move(text); }

  /// Adds a node with one result. An operand that is absent has an empty name.
  std::string add(llvm::StringRef type, Names operands, Attributes attributes = {});
  /// The same, with the result's name, which is reserved.
  void addNamed(llvm::StringRef type, Names operands, llvm::StringRef result, Attributes attributes = {});

  // Constants; equal ones are one.

  /// A vector of int64, as the shape of Reshape.
  std::string list(llvm::ArrayRef<int64_t> values);
  std::string scalar(double value);
  std::string scalarInt(int32_t value);
  /// Of f32.
  std::string tensor(llvm::ArrayRef<float> values, llvm::ArrayRef<int64_t> shape);

  // Nodes that many ops need.

  std::string reshape(const std::string &x, llvm::ArrayRef<int64_t> shape) { return add("Reshape", {x, list(shape)}); }
  std::string transpose(const std::string &x, llvm::ArrayRef<int64_t> axes) {
    return add("Transpose", {x}, {{"perm", axes}});
  }
  std::string cast(const std::string &x, onnx::TensorProto::DataType type) {
    return add("Cast", {x}, {{"to", int64_t(type)}});
  }

private:
  std::string freshName();
  std::string constant(onnx::TensorProto tensor);

  onnx::GraphProto &graph;
  std::string stem;
  std::set<std::string> taken;
  std::map<std::string, std::string> constants; // a tensor without name, serialized, to its name
  unsigned count = 0;
};

} // namespace dpsims

#endif
