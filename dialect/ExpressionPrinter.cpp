// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expressions printed with the parentheses that are needed.
#include "dialect/Operators.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using llvm::ArrayRef;
using llvm::StringRef;

namespace dpsims {
namespace {

/// A number that is read as a minus and a constant.
bool isNegative(Attribute constant) {
  auto real = dyn_cast<FloatAttr>(constant);
  return real ? real.getValue().isNegative() : isInt(constant) && cast<IntegerAttr>(constant).getInt() < 0;
}

class Printer {
public:
  Printer(llvm::raw_ostream &os) : os(os) {}

  void constant(Attribute attribute) {
    if (auto boolean = dyn_cast<BoolAttr>(attribute)) {
      os << (boolean.getValue() ? "true" : "false");
    } else if (auto integer = dyn_cast<IntegerAttr>(attribute)) {
      os << integer.getInt();
    } else if (auto array = dyn_cast<ArrayAttr>(attribute)) {
      os << "[";
      llvm::interleaveComma(array, os, [&](Attribute item) { constant(item); });
      os << "]";
    } else if (auto record = dyn_cast<DictionaryAttr>(attribute)) {
      os << "{";
      llvm::interleaveComma(record, os, [&](NamedAttribute field) {
        key(field.getName());
        constant(field.getValue());
      });
      os << "}";
    } else {
      attribute.print(os, /*elideType=*/true);
    }
  }

  /// In parentheses if it binds less tightly than `lowest`, or is a comparison within angle brackets.
  void expression(Attribute attribute, int lowest, bool angles) {
    auto open = dyn_cast<ExprAttr>(attribute);
    const Operator *op = open ? &operatorOf(open.getKind()) : nullptr;
    int own = op ? op->precedence : isNegative(attribute) ? operatorOf(ExprKind::Negate).precedence : tightest;
    bool parentheses = own < lowest || (angles && op && op->isAngle());
    os << (parentheses ? "(" : "");
    if (op)
      operation(*op, open.getOperands(), angles && !parentheses);
    else
      constant(attribute);
    os << (parentheses ? ")" : "");
  }

private:
  void operation(const Operator &op, ArrayRef<Attribute> x, bool angles) {
    switch (op.notation) {
    case Notation::Name:
      os << cast<StringAttr>(x[0]).getValue();
      return;
    case Notation::Member:
      expression(x[0], tightest, angles);
      os << "." << cast<StringAttr>(x[1]).getValue();
      return;
    case Notation::Subscript:
      expression(x[0], tightest, angles);
      return enclosed("[", x.drop_front(), "]");
    case Notation::Brackets:
      return enclosed("[", x, "]");
    case Notation::Braces:
      return record(x);
    case Notation::Prefix:
      os << op.spelling << (op.isWord() ? " " : "");
      return expression(x[0], op.precedence, angles);
    case Notation::Infix:
      expression(x[0], op.precedence, angles);
      os << " " << op.spelling << " ";
      return expression(x[1], op.precedence + 1, angles);
    case Notation::Call:
      os << op.spelling;
      return enclosed("(", x, ")");
    }
  }

  void enclosed(StringRef open, ArrayRef<Attribute> items, StringRef close) {
    os << open;
    llvm::interleaveComma(items, os, [&](Attribute item) { expression(item, loosest, false); });
    os << close;
  }

  void record(ArrayRef<Attribute> items) {
    os << "{";
    for (size_t i = 0; i < items.size(); i += 2) {
      os << (i ? ", " : "");
      key(cast<StringAttr>(items[i]));
      expression(items[i + 1], loosest, false);
    }
    os << "}";
  }

  /// A field's name, in quotes where the lexer would not take it as one word.
  void key(StringAttr name) {
    StringRef text = name.getValue();
    bool word = !text.empty() && !llvm::isDigit(text[0]) &&
                llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (word)
      os << text;
    else
      os << name;
    os << " = ";
  }

  llvm::raw_ostream &os;
};

} // namespace

void printExpression(AsmPrinter &printer, Attribute expression, bool angles) {
  Printer(printer.getStream()).expression(expression, loosest, angles);
}

std::string constantText(Attribute constant) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Printer(os).constant(constant);
  return text;
}

void ExprAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printExpression(printer, *this, /*angles=*/true);
  printer << ">";
}

} // namespace dpsims
