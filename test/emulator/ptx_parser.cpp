// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Directives: what a module and a kernel declare. Instructions are for the decoder.

#include "test/emulator/ptx_builder.h"
#include "test/emulator/ptx_decoder.h"
#include "test/emulator/ptx_statement.h"

#include <algorithm>
#include <cstring>

namespace dpsims::ptx {

namespace {

class Parser {
public:
  explicit Parser(const std::string &text)
      : source(std::make_shared<const std::string>(text)), data(std::make_shared<ModuleData>()), lexer(*source) {}

  std::map<std::string, Kernel> parse();

private:
  void parseModuleDirective();
  bool parseDebugDirective();
  void parseEntry();
  void parseParameters(KernelBuilder &kernel);
  void parseKernelDirectives(KernelBuilder &kernel);
  void parseBody(KernelBuilder &kernel);
  void parseBodyDirective(KernelBuilder &kernel);
  void parseRegisters(KernelBuilder &kernel);
  void parseInstruction(KernelBuilder &kernel);
  Variable parseVariable(Space space);
  void parseInitializer(Variable &variable, unsigned elementSize);
  void addModuleVariable(const Variable &variable);
  uint32_t parseThreads();

  std::shared_ptr<const std::string> source;
  std::shared_ptr<ModuleData> data;
  Lexer lexer;
  std::vector<Variable> shared;
  std::map<std::string, Kernel> kernels;
};

std::optional<Space> spaceOfDirective(std::string_view word) {
  if (word.size() < 2 || word[0] != '.' || word == ".param")
    return std::nullopt;
  return spaceByName(word.substr(1));
}

std::map<std::string, Kernel> Parser::parse() {
  while (lexer.peek().kind != Token::End)
    parseModuleDirective();
  return std::move(kernels);
}

/// .loc, .file, .section: nothing that is executed.
bool Parser::parseDebugDirective() {
  if (lexer.peek().is(".loc") || lexer.peek().is(".file")) {
    lexer.skipLine();
    return true;
  }
  if (lexer.accept(".section")) {
    while (lexer.peek().kind != Token::End && !lexer.accept("}"))
      lexer.next();
    return true;
  }
  if (lexer.accept(".pragma")) {
    while (lexer.peek().kind == Token::String || lexer.peek().is(","))
      lexer.next();
    lexer.expect(";");
    return true;
  }
  return false;
}

void Parser::parseModuleDirective() {
  const Token &token = lexer.peek();
  if (token.is(".version") || token.is(".target") || token.is(".address_size"))
    return lexer.skipLine();
  if (parseDebugDirective())
    return;
  while (lexer.accept(".visible") || lexer.accept(".extern") || lexer.accept(".weak") || lexer.accept(".common"))
    ;
  if (lexer.accept(".entry"))
    return parseEntry();
  if (std::optional<Space> space = spaceOfDirective(lexer.peek().text)) {
    lexer.next();
    addModuleVariable(parseVariable(*space));
    return lexer.expect(";");
  }
  lexer.fail("unsupported directive", Fault::Kind::Unsupported);
}

void Parser::addModuleVariable(const Variable &variable) {
  if (variable.space == Space::Shared) {
    shared.push_back(variable);
    return;
  }
  if (variable.space != Space::Global && variable.space != Space::Const)
    lexer.fail("a variable of the module in this space", Fault::Kind::Unsupported);
  // At an odd multiple of the alignment, as shared variables are.
  uint64_t alignment = variable.alignment;
  data->storage.push_back(std::make_unique<uint8_t[]>(variable.bytes + 3 * alignment));
  uint64_t begin = reinterpret_cast<uint64_t>(data->storage.back().get());
  begin = (begin + 2 * alignment - 1) / (2 * alignment) * (2 * alignment) + alignment;
  std::copy(variable.initial.begin(), variable.initial.end(), reinterpret_cast<uint8_t *>(begin));
  data->spans.push_back({begin, begin + variable.bytes, variable.space == Space::Global, variable.name});
}

/// After the space: `.align 4 .b8 name[4][8] = {1, 2}`.
Variable Parser::parseVariable(Space space) {
  Variable variable;
  variable.space = space;
  std::optional<Type> type;
  unsigned vector = 1;
  while (lexer.peek().kind == Token::Word && lexer.peek().text[0] == '.') {
    if (lexer.accept(".align"))
      variable.alignment = static_cast<unsigned>(lexer.expectNumber());
    else if (lexer.accept(".v2"))
      vector = 2;
    else if (lexer.accept(".v4"))
      vector = 4;
    else if (lexer.accept(".ptr")) // of a parameter: where it points to and how what is there is aligned
      while (lexer.peek().is(".global") || lexer.peek().is(".align") || lexer.peek().is(".const") ||
             lexer.peek().is(".shared") || lexer.peek().is(".local"))
        if (lexer.next().text == ".align")
          lexer.expectNumber();
        else
          continue;
    else if ((type = typeByName(lexer.peek().text.substr(1))))
      lexer.next();
    else
      lexer.fail("unsupported directive", Fault::Kind::Unsupported);
  }
  if (!type || *type == Type::Pred)
    lexer.fail("a type expected");
  unsigned element = sizeOf(*type) * vector;
  variable.alignment = std::max(variable.alignment, element);
  if (variable.alignment > 4096 || (variable.alignment & (variable.alignment - 1)))
    lexer.fail("an alignment of " + std::to_string(variable.alignment));
  variable.name = lexer.expectWord();
  variable.bytes = element;
  while (lexer.accept("[")) {
    uint64_t count = lexer.peek().is("]") ? 0 : lexer.expectNumber();
    if (count > (uint64_t(1) << 32) || variable.bytes * count > (uint64_t(1) << 32))
      lexer.fail("a variable of more than 4 GB");
    variable.bytes *= count;
    lexer.expect("]");
  }
  if (lexer.accept("="))
    parseInitializer(variable, sizeOf(*type));
  return variable;
}

void Parser::parseInitializer(Variable &variable, unsigned elementSize) {
  if (lexer.accept("{")) {
    do
      parseInitializer(variable, elementSize);
    while (lexer.accept(","));
    return lexer.expect("}");
  }
  bool minus = lexer.accept("-");
  uint64_t value = 0;
  std::string text(lexer.peek().text);
  if (text.size() == 10 && (text[1] == 'f' || text[1] == 'F'))
    value = std::strtoull(std::string(lexer.next().text.substr(2)).c_str(), nullptr, 16);
  else if (text.size() == 18 && (text[1] == 'd' || text[1] == 'D'))
    value = std::strtoull(std::string(lexer.next().text.substr(2)).c_str(), nullptr, 16);
  else
    value = lexer.expectNumber();
  value = minus ? -value : value;
  const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&value);
  variable.initial.insert(variable.initial.end(), bytes, bytes + elementSize);
  if (variable.initial.size() > variable.bytes)
    lexer.fail("more initial values than elements");
}

void Parser::parseEntry() {
  std::string name(lexer.expectWord());
  KernelBuilder kernel(name, source, data, shared);
  if (lexer.accept("("))
    parseParameters(kernel);
  parseKernelDirectives(kernel);
  parseBody(kernel);
  std::string_view missing;
  unsigned line = 0;
  Kernel finished = kernel.finish(missing, line);
  if (!missing.empty())
    throw Fault(Fault::Kind::Syntax, "PTX line " + std::to_string(line) + ": no label '" + std::string(missing) + "'");
  if (!kernels.emplace(name, std::move(finished)).second)
    lexer.fail("a second kernel '" + name + "'");
}

void Parser::parseParameters(KernelBuilder &kernel) {
  if (lexer.accept(")"))
    return;
  do {
    lexer.expect(".param");
    Variable parameter = parseVariable(Space::Param);
    if (parameter.bytes == 0 || parameter.bytes > 32764)
      lexer.fail("a parameter of " + std::to_string(parameter.bytes) + " bytes");
    kernel.addParameter(parameter.name, parameter.alignment, static_cast<uint32_t>(parameter.bytes));
  } while (lexer.accept(","));
  lexer.expect(")");
}

/// "x, y, z": their product.
uint32_t Parser::parseThreads() {
  uint64_t product = 1;
  do
    product *= std::min<uint64_t>(lexer.expectNumber(), 1 << 16);
  while (lexer.accept(","));
  return static_cast<uint32_t>(std::min<uint64_t>(product, 1 << 20));
}

void Parser::parseKernelDirectives(KernelBuilder &kernel) {
  while (!lexer.peek().is("{")) {
    if (lexer.accept(".maxntid") || lexer.accept(".reqntid"))
      kernel.kernel.maxThreads = parseThreads();
    else if (lexer.accept(".minnctapersm") || lexer.accept(".maxnreg"))
      lexer.expectNumber();
    else if (!parseDebugDirective())
      lexer.fail("unsupported directive", Fault::Kind::Unsupported);
  }
}

void Parser::parseBody(KernelBuilder &kernel) {
  lexer.expect("{");
  bool open = true;
  while (open) {
    if (lexer.accept("{"))
      kernel.openScope();
    else if (lexer.accept("}"))
      open = kernel.closeScope();
    else if (lexer.peek().kind == Token::Word && lexer.peek().text[0] == '.')
      parseBodyDirective(kernel);
    else if (!lexer.accept(";"))
      parseInstruction(kernel);
  }
}

void Parser::parseBodyDirective(KernelBuilder &kernel) {
  if (parseDebugDirective())
    return;
  if (lexer.accept(".reg"))
    return parseRegisters(kernel);
  bool local = lexer.peek().is(".local");
  if (!local && !lexer.peek().is(".shared"))
    lexer.fail("unsupported directive", Fault::Kind::Unsupported);
  lexer.next();
  Variable variable = parseVariable(local ? Space::Local : Space::Shared);
  if (local && variable.bytes == 0)
    lexer.fail("an array without size");
  kernel.addVariable(variable);
  lexer.expect(";");
}

void Parser::parseRegisters(KernelBuilder &kernel) {
  std::string_view word = lexer.expectWord();
  std::optional<Type> type = typeByName(word.substr(1));
  if (!type)
    lexer.fail("registers of type '" + std::string(word) + "'", Fault::Kind::Unsupported);
  do {
    std::string_view name = lexer.expectWord();
    if (lexer.accept("<")) {
      kernel.declareRegisters(name, *type, static_cast<uint32_t>(std::min<uint64_t>(lexer.expectNumber(), 1 << 30)));
      lexer.expect(">");
    } else {
      kernel.declareRegister(name, *type);
    }
  } while (lexer.accept(","));
  lexer.expect(";");
}

void Parser::parseInstruction(KernelBuilder &kernel) {
  if (lexer.peek().kind == Token::Word) {
    // A label is a word and a colon; the opcode of an instruction never has one colon.
    Lexer ahead = lexer;
    std::string_view name = ahead.next().text;
    if (ahead.accept(":") && !ahead.peek().is(":")) {
      lexer = ahead;
      if (!kernel.addLabel(name))
        lexer.fail("a second label '" + std::string(name) + "'");
      return;
    }
  }
  decode(kernel, parseStatement(lexer), *source);
}

} // namespace

std::shared_ptr<const Module> Module::parse(const std::string &text) {
  auto module = std::make_shared<Module>();
  module->byName = Parser(text).parse();
  return module;
}

} // namespace dpsims::ptx
