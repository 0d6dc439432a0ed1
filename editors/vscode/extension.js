// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Starts the language server for dpsims text.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function activate() {
  const command = vscode.workspace.getConfiguration("dpsims").get("server");
  const documents = { documentSelector: [{ scheme: "file", language: "dpsims" }] };
  client = new LanguageClient("dpsims", "dpsims", { command }, documents);
  client.start().catch((error) => vscode.window.showErrorMessage(`${command} does not start: ${error.message}`));
}

function deactivate() {
  return client && client.isRunning() ? client.stop() : undefined;
}

module.exports = { activate, deactivate };
