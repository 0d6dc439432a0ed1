-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- Starts the language server of dpsims where a file of MLIR is dpsims text.
local function start(buffer)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, 200, false)) do
    if line:match("^dpsims%.") then
      vim.bo[buffer].commentstring = "// %s"
      local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":p:h")
      local server = { name = "dpsims", cmd = { "dpsims-lsp-server" }, root_dir = folder }
      if vim.lsp.start then
        vim.lsp.start(server)
      else -- Neovim 0.7, which Debian 12 has
        vim.lsp.buf_attach_client(buffer, vim.lsp.start_client(server))
        vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
      end
      return
    end
  end
end

-- Neovim itself does not know what such files are.
vim.api.nvim_create_autocmd({ "BufNewFile", "BufRead" }, { pattern = "*.mlir", command = "setfiletype mlir" })
vim.api.nvim_create_autocmd("FileType", {
  pattern = "mlir",
  callback = function(event)
    start(event.buf)
  end,
})
