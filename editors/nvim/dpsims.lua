-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- Starts the language server of dpsims where a file of MLIR is dpsims text.
for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, 200, false)) do
  if line:match("^dpsims%.") then
    vim.bo.commentstring = "// %s"
    local folder = vim.fs.dirname(vim.api.nvim_buf_get_name(0))
    vim.lsp.start({ name = "dpsims", cmd = { "dpsims-lsp-server" }, root_dir = folder })
    return
  end
end
