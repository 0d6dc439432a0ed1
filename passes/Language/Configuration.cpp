// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Configuration files as parameters of programs.
#include "dialect/Expressions.h"
#include "passes/Language/ModelFile.h"
#include "passes/Language/TextFile.h"

#include "mlir/IR/Builders.h"

#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

#include <cmath>
#include <limits>

using namespace mlir;
namespace json = llvm::json;

namespace dpsims {
namespace {

InFlightDiagnostic fileError(MLIRContext *context, StringRef path) {
  return emitError(UnknownLoc::get(context)) << path << ": ";
}

/// JSON as a constant of the language; null has none.
Attribute attributeOf(Builder &builder, const json::Value &value) {
  if (auto boolean = value.getAsBoolean())
    return builder.getBoolAttr(*boolean);
  if (auto integer = value.getAsInteger())
    return builder.getI64IntegerAttr(*integer);
  if (auto number = value.getAsNumber())
    return builder.getF64FloatAttr(*number);
  if (auto string = value.getAsString())
    return builder.getStringAttr(*string);
  if (const json::Array *array = value.getAsArray()) {
    SmallVector<Attribute> items;
    for (const json::Value &item : *array)
      items.push_back(attributeOf(builder, item));
    return llvm::is_contained(items, Attribute()) ? Attribute() : builder.getArrayAttr(items);
  }
  NamedAttrList fields;
  if (const json::Object *object = value.getAsObject()) {
    for (auto &[key, item] : *object)
      if (Attribute attribute = attributeOf(builder, item))
        fields.set(key.str(), attribute);
    return fields.getDictionary(builder.getContext());
  }
  return {};
}

ParameterAttr findParameter(ArrayAttr parameters, StringRef name) {
  for (auto parameter : parameters.getAsRange<ParameterAttr>())
    if (parameter.getName() == name)
      return parameter;
  return {};
}

std::string knownNames(ArrayAttr parameters) {
  SmallVector<StringRef> names;
  for (auto parameter : parameters.getAsRange<ParameterAttr>())
    names.push_back(parameter.getName());
  return llvm::join(names, ", ");
}

class Parameters {
public:
  Parameters(ModuleOp module, StringRef path) : module(module), path(path), builder(module.getContext()) {}

  FailureOr<DictionaryAttr> operator()(const json::Object &configuration) {
    llvm::StringSet<> sections;
    for (auto section : module.getOps<SectionOp>()) {
      sections.insert(section.getName());
      const json::Value *value = configuration.get(section.getName());
      if (value && !value->getAsObject())
        return error() << section.getName() << ": a section is an object of keys and values";
      if (failed(addSection(section, value ? *value->getAsObject() : json::Object())))
        return failure();
    }
    for (auto &[key, value] : configuration)
      if (!sections.contains(key) && key != "data" && failed(addTopLevel(key, value)))
        return failure();
    return result.getDictionary(builder.getContext());
  }

private:
  InFlightDiagnostic error() { return fileError(builder.getContext(), path); }

  LogicalResult checkType(StringRef key, ParameterAttr parameter, Attribute value) {
    if (!value)
      return error() << key << ": null is not a value";
    StringRef given = constantType(value), type = parameter.getType();
    if (given == type || (given == "int" && type == "float"))
      return success();
    return error() << key << ": " << constantText(value) << " is " << withArticle(given) << "; it must be "
                   << withArticle(type);
  }

  LogicalResult addSection(SectionOp section, const json::Object &given) {
    Operation *network = module.lookupSymbol(section.getNetwork());
    auto parameters = network ? network->getAttrOfType<ArrayAttr>("parameters") : ArrayAttr();
    if (!parameters)
      return section.emitError() << "there is no network @" << section.getNetwork();
    NamedAttrList fields;
    // What has no default is given by the program: the classes, the image's size.
    parameters = builder.getArrayAttr(
        llvm::filter_to_vector(parameters, [](Attribute p) { return bool(cast<ParameterAttr>(p).getDefaultValue()); }));
    for (auto parameter : parameters.getAsRange<ParameterAttr>())
      if (!isa<ExprAttr>(parameter.getDefaultValue()))
        fields.set(parameter.getName(), parameter.getDefaultValue());
    for (auto &[key, item] : given) {
      std::string name = (section.getName() + "." + key.str()).str();
      ParameterAttr parameter = findParameter(parameters, key);
      if (!parameter)
        return error() << name << ": unknown key; the section has: " << knownNames(parameters);
      Attribute value = attributeOf(builder, item);
      if (failed(checkType(name, parameter, value)))
        return failure();
      fields.set(key.str(), value);
    }
    result.set(section.getName(), fields.getDictionary(builder.getContext()));
    return success();
  }

  LogicalResult addTopLevel(StringRef key, const json::Value &item) {
    ParameterAttr parameter;
    llvm::StringSet<> known;
    for (auto program : module.getOps<ProgramOp>()) {
      if (ParameterAttr found = findParameter(program.getParameters(), key))
        parameter = found;
      for (auto p : program.getParameters().getAsRange<ParameterAttr>())
        known.insert(p.getName());
    }
    SmallVector<StringRef> names(known.keys());
    llvm::sort(names);
    if (!parameter)
      return error() << key << ": unknown key; known are: " << llvm::join(names, ", ") << ", data";
    Attribute value = attributeOf(builder, item);
    if (failed(checkType(key, parameter, value)))
      return failure();
    result.set(key, value);
    return success();
  }

  ModuleOp module;
  StringRef path;
  Builder builder;
  NamedAttrList result;
};

} // namespace

/// The first number of the text that JSON does not allow, as 010, which LLVM's parser reads; empty if there is none.
static StringRef findWrongNumber(StringRef text) {
  static const llvm::Regex number("^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?$");
  for (bool quoted = false; !text.empty(); text = text.drop_front()) {
    if (quoted && text.front() == '\\')
      text = text.drop_front(text.size() > 1);
    else if (text.front() == '"')
      quoted = !quoted;
    else if (StringRef given = text.take_while([](char c) { return llvm::isDigit(c) || StringRef("+-.").contains(c); });
             !quoted && !given.empty()) {
      given = text.take_while([](char c) { return llvm::isAlnum(c) || StringRef("+-.").contains(c); });
      if (!number.match(given))
        return given;
      text = text.drop_front(given.size() - 1);
    }
  }
  return "";
}

/// What a string in JSON, with its quotes, stands for.
static std::string decodeString(StringRef literal) { return llvm::cantFail(json::parse(literal)).getAsString()->str(); }

/// The first key, as it is written, that an object of the text, which is JSON, has twice, in whatever spelling: only
/// the last would count; empty if none has.
static StringRef findRepeatedKey(StringRef text) {
  SmallVector<llvm::StringSet<>> objects; // those around; a list has a set too, which stays empty
  while (!text.empty()) {
    const char c = text.front();
    text = text.drop_front();
    if (c == '{' || c == '[')
      objects.emplace_back();
    else if (c == '}' || c == ']')
      objects.pop_back();
    if (c != '"')
      continue;
    size_t end = 0;
    while (text[end] != '"')
      end += text[end] == '\\' ? 2 : 1;
    StringRef string = text.take_front(end);
    text = text.drop_front(end + 1).ltrim(" \t\r\n");
    const StringRef literal(string.data() - 1, string.size() + 2);
    if (text.starts_with(":") && !objects.back().insert(decodeString(literal)).second)
      return string;
  }
  return "";
}

// Is every number one in f32?
static bool isFinite(const json::Value &value) {
  if (const json::Array *array = value.getAsArray())
    return llvm::all_of(*array, isFinite);
  if (const json::Object *object = value.getAsObject())
    return llvm::all_of(*object, [](const auto &entry) { return isFinite(entry.second); });
  std::optional<double> number = value.getAsNumber();
  return !number || std::abs(*number) <= std::numeric_limits<float>::max();
}

FailureOr<json::Object> readConfiguration(MLIRContext *context, StringRef path) {
  std::unique_ptr<llvm::MemoryBuffer> buffer = readTextFile(context, path, uint64_t(64) << 20);
  if (!buffer)
    return failure();
  llvm::Expected<json::Value> value = json::parse(buffer->getBuffer());
  if (!value)
    return fileError(context, path) << "is not JSON: " << llvm::toString(value.takeError());
  if (StringRef number = findWrongNumber(buffer->getBuffer()); !number.empty())
    return fileError(context, path) << "is not JSON: " << number
                                    << " is not a number there; one has no leading zeros or plus, "
                                    << "and digits around its point";
  if (StringRef key = findRepeatedKey(buffer->getBuffer()); !key.empty())
    return fileError(context, path) << "has the key \"" << key << "\" twice in one object; remove one of the two";
  if (!isFinite(*value))
    return fileError(context, path) << "has a number that is too large";
  if (json::Object *object = value->getAsObject())
    return std::move(*object);
  return fileError(context, path) << "must hold one JSON object";
}

LogicalResult embedDataset(MLIRContext *context, json::Object &configuration, StringRef path,
                           SmallVectorImpl<std::string> &files) {
  json::Object *data = configuration.getObject("data");
  std::optional<StringRef> dataset = data ? data->getString("dataset") : std::nullopt;
  if (!dataset || (!dataset->contains('/') && !dataset->ends_with(".json")))
    return success();
  llvm::SmallString<128> file(llvm::sys::path::parent_path(path));
  if (llvm::sys::path::is_absolute(*dataset))
    file.clear();
  llvm::sys::path::append(file, *dataset);
  files.push_back(std::string(file));
  FailureOr<json::Object> keys = readConfiguration(context, file);
  if (failed(keys))
    return failure();
  json::Object embedded{{"file", dataset->str()}, {"keys", std::move(*keys)}};
  (*data)["dataset"] = std::move(embedded);
  return success();
}

LogicalResult applySetting(MLIRContext *context, json::Object &configuration, StringRef setting) {
  auto [key, text] = setting.split('=');
  auto error = [&] { return fileError(context, "--set " + setting.str()); };
  if (key.empty() || key.size() == setting.size())
    return error() << "expects key=value, as generator.noise=concat";
  llvm::Expected<json::Value> parsed = json::parse(text);
  json::Value value = parsed ? std::move(*parsed) : json::Value(text.str());
  if (!parsed)
    llvm::consumeError(parsed.takeError());
  if (!isFinite(value))
    return error() << "the number is too large";
  json::Object *object = &configuration;
  for (auto [section, rest] = key.split('.'); section.size() != key.size(); std::tie(section, rest) = key.split('.')) {
    json::Value &inner = (*object)[section];
    if (inner.getAsNull())
      inner = json::Object();
    if (!inner.getAsObject())
      return error() << section << " is not a section";
    object = inner.getAsObject();
    key = rest;
  }
  (*object)[key] = std::move(value);
  return success();
}

FailureOr<DictionaryAttr> configurationParameters(ModuleOp module, const json::Object &configuration, StringRef path) {
  return Parameters(module, path)(configuration);
}

} // namespace dpsims
