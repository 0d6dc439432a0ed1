// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-lsp-server/server.h"

#include "tools/dpsims-lsp-server/language.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LSP/Protocol.h"
#include "llvm/Support/LSP/Transport.h"

#include <csignal>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace dpsims {

namespace {

namespace json = llvm::json;
namespace lsp = llvm::lsp;
using llvm::StringRef;

void writeMessage(std::FILE *out, const std::string &text) {
  std::fprintf(out, "Content-Length: %zu\r\n\r\n", text.size());
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

std::string textOf(const json::Value &value, bool pretty = false) {
  return pretty ? llvm::formatv("{0:2}\n", value).str() : llvm::formatv("{0}", value).str();
}

/// The documents as the editor has them, and what is added to which answer.
class Session {
public:
  /// A message of the editor's.
  void receive(const json::Object &message) {
    const auto method = message.getString("method");
    const json::Object *params = message.getObject("params");
    if (!method || !params)
      return;
    if (*method == "textDocument/didOpen")
      open(*params);
    else if (*method == "textDocument/didChange")
      change(*params);
    else if (*method == "textDocument/didClose")
      documents.erase(uriOf(*params));
    else if (const json::Value *id = message.get("id"))
      ask(*method, *params, textOf(*id));
  }

  /// An answer of MLIR's server, with what belongs to it.
  void complete(json::Object &message) {
    const json::Value *id = message.get("id");
    if (!id || message.get("method"))
      return;
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = pending.find(textOf(*id));
    if (found == pending.end())
      return;
    add(found->second, message);
    pending.erase(found);
  }

private:
  struct Addition {
    std::string method;
    std::optional<json::Value> value;
  };

  static std::string uriOf(const json::Object &params) {
    const json::Object *document = params.getObject("textDocument");
    return document ? document->getString("uri").value_or("").str() : "";
  }

  void open(const json::Object &params) {
    if (const json::Object *document = params.getObject("textDocument"))
      documents[uriOf(params)] = document->getString("text").value_or("").str();
  }

  void change(const json::Object &params) {
    const auto document = documents.find(uriOf(params));
    const json::Array *changes = params.getArray("contentChanges");
    if (document == documents.end() || !changes)
      return;
    for (const json::Value &value : *changes) {
      lsp::TextDocumentContentChangeEvent event;
      json::Path::Root root;
      if (fromJSON(value, event, root))
        (void)event.applyTo(document->second);
    }
  }

  std::optional<Cursor> cursorOf(const json::Object &params) const {
    const auto document = documents.find(uriOf(params));
    const json::Object *position = params.getObject("position");
    if (document == documents.end() || !position)
      return std::nullopt;
    const StringRef text = document->second;
    size_t line = 0;
    for (int64_t i = position->getInteger("line").value_or(0); i > 0 && line < text.size(); --i)
      line = std::min(text.find('\n', line), text.size() - 1) + 1;
    const size_t offset = line + size_t(std::max<int64_t>(0, position->getInteger("character").value_or(0)));
    llvm::Expected<lsp::URIForFile> uri = lsp::URIForFile::fromURI(document->first());
    const std::string file = uri ? uri->file().str() : "";
    llvm::consumeError(uri.takeError());
    return Cursor{text, file, std::min(offset, text.size())};
  }

  void ask(StringRef method, const json::Object &params, const std::string &id) {
    Addition addition{method.str(), std::nullopt};
    if (const std::optional<Cursor> cursor = cursorOf(params)) {
      if (method == "textDocument/hover")
        addition.value = hoverAt(*cursor);
      if (method == "textDocument/definition")
        addition.value = definitionAt(*cursor);
      if (method == "textDocument/completion")
        addition.value = completionsAt(*cursor);
    }
    if (!addition.value && method != "initialize")
      return;
    const std::lock_guard<std::mutex> lock(mutex);
    pending.insert_or_assign(id, std::move(addition));
  }

  static void add(Addition &addition, json::Object &message) {
    if (addition.method == "initialize") {
      addTriggers(message);
    } else if (addition.method == "textDocument/completion") {
      addItems(*addition.value->getAsArray(), message);
    } else { // ours say more
      message.erase("error");
      message["result"] = std::move(*addition.value);
    }
  }

  // Where editors ask for completions by themselves.
  static void addTriggers(json::Object &message) {
    json::Object *result = message.getObject("result");
    json::Object *capabilities = result ? result->getObject("capabilities") : nullptr;
    json::Object *provider = capabilities ? capabilities->getObject("completionProvider") : nullptr;
    if (json::Array *triggers = provider ? provider->getArray("triggerCharacters") : nullptr)
      for (const char *trigger : {"@", "<", ","})
        if (llvm::none_of(*triggers, [&](const json::Value &value) { return value == json::Value(trigger); }))
          triggers->push_back(trigger);
  }

  static void addItems(json::Array &items, json::Object &message) {
    json::Object *result = message.getObject("result");
    if (json::Array *present = result ? result->getArray("items") : nullptr) {
      for (json::Value &item : items)
        present->push_back(std::move(item));
      return;
    }
    message.erase("error");
    message["result"] = json::Object{{"isIncomplete", false}, {"items", std::move(items)}};
  }

  llvm::StringMap<std::string> documents; // of the thread that receives
  std::mutex mutex;
  std::map<std::string, Addition> pending; // by the request's id
};

/// From the editor to MLIR's server.
void forward(Session &session, std::FILE *out, lsp::JSONStreamStyle style) {
  lsp::JSONTransportInputOverFile in(stdin, style);
  while (!in.isEndOfInput() && !in.hasError()) {
    std::string text;
    if (failed(in.readMessage(text)))
      continue;
    llvm::Expected<json::Value> message = json::parse(text);
    if (message && message->getAsObject())
      session.receive(*message->getAsObject());
    llvm::consumeError(message.takeError());
    writeMessage(out, text);
  }
  std::fclose(out);
}

/// From MLIR's server to the editor.
void answer(Session &session, std::FILE *from, bool pretty) {
  lsp::JSONTransportInputOverFile in(from);
  while (!in.isEndOfInput() && !in.hasError()) {
    std::string text;
    if (failed(in.readMessage(text)))
      continue;
    llvm::Expected<json::Value> message = json::parse(text);
    if (!message || !message->getAsObject()) {
      llvm::consumeError(message.takeError());
      continue;
    }
    session.complete(*message->getAsObject());
    writeMessage(stdout, textOf(*message, pretty));
  }
}

/// Takes a flag out of the arguments; was it there?
bool takeFlag(std::vector<char *> &arguments, StringRef name) {
  const auto found = llvm::find_if(arguments, [&](const char *argument) {
    return StringRef(argument).ltrim('-') == name && StringRef(argument).starts_with("-");
  });
  if (found == arguments.end())
    return false;
  arguments.erase(found);
  return true;
}

} // namespace

int serveEditor(int argc, char **argv, const std::function<int(int, char **)> &inner) {
  std::vector<char *> arguments(argv, argv + argc);
  if (llvm::any_of(arguments, [](const char *argument) { return StringRef(argument).ltrim('-').starts_with("help"); }))
    return inner(argc, argv); // which prints it
  const bool isTest = takeFlag(arguments, "lit-test"), isPretty = takeFlag(arguments, "pretty");
  int toInner[2], fromInner[2];
  if (::pipe(toInner) != 0 || ::pipe(fromInner) != 0) {
    std::perror("dpsims-lsp-server: error: pipe");
    return 1;
  }
  const pid_t child = ::fork();
  if (child < 0) {
    std::perror("dpsims-lsp-server: error: fork");
    return 1;
  }
  if (child == 0) {
    ::dup2(toInner[0], STDIN_FILENO);
    ::dup2(fromInner[1], STDOUT_FILENO);
    for (int end : {toInner[0], toInner[1], fromInner[0], fromInner[1]})
      ::close(end);
    return inner(int(arguments.size()), arguments.data());
  }
  ::close(toInner[0]);
  ::close(fromInner[1]);
  std::signal(SIGPIPE, SIG_IGN); // the child may end first
  Session session;
  std::FILE *const out = ::fdopen(toInner[1], "w");
  std::thread([&session, out, isTest] {
    forward(session, out, isTest ? lsp::JSONStreamStyle::Delimited : lsp::JSONStreamStyle::Standard);
  }).detach();
  answer(session, ::fdopen(fromInner[0], "r"), isTest || isPretty);
  int status = 1;
  ::waitpid(child, &status, 0);
  std::fflush(stdout);
  std::_Exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1); // the thread may still read
}

} // namespace dpsims
