-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- What a person does in Neovim with a file that has the block @A (neovim.test): looks, goes, completes, errs.
local function check(condition, text)
  if not condition then
    io.stderr:write("neovim.lua: error: " .. text .. "\n")
    vim.cmd("cquit")
  end
end

local function wait(text, condition)
  check(vim.wait(20000, condition, 20), "in 20 seconds " .. text)
end

local function go(pattern, column)
  vim.fn.cursor(1, 1)
  check(vim.fn.search(pattern, "c") > 0, "no " .. pattern)
  vim.fn.cursor(vim.fn.line("."), vim.fn.col(".") + column)
end

local function floating_text()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
    end
  end
  return ""
end

local function labels()
  local position = vim.lsp.util.make_position_params(0, "utf-16")
  for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/completion", position, 20000) or {}) do
    return vim.tbl_map(function(item)
      return item.label
    end, answer.result.items or answer.result)
  end
  return {}
end

local function test()
  check(vim.bo.filetype == "mlir", "the file is " .. vim.inspect(vim.bo.filetype))
  local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  wait("no server answered", function()
    local _, client = next(clients())
    return client and client.initialized and client.server_capabilities
  end)
  check(vim.bo.omnifunc == "v:lua.vim.lsp.omnifunc", "completion is not set")

  go("relu", 1)
  wait("no hover of relu", function()
    vim.lsp.buf.hover()
    vim.wait(500, function() return floating_text() ~= "" end)
    return floating_text():find("Max(x, 0)", 1, true)
  end)
  go("@Linear", 2)
  check(vim.tbl_contains(labels(), "Linear"), "no completion of @Linear: " .. vim.inspect(labels()))

  -- An error as it is typed, and mended.
  local line = vim.fn.search("relu")
  local text = vim.fn.getline(line)
  vim.fn.setline(line, (text:gsub("relu", "rleu")))
  wait("no error of rleu", function()
    local found = vim.diagnostic.get(0)[1]
    return found and found.lnum == line - 1 and found.message:find("rleu")
  end)
  vim.fn.setline(line, text)
  wait("the error stays", function()
    return #vim.diagnostic.get(0) == 0
  end)
  vim.cmd("write")

  -- The block is in a file that an imported one imports.
  go("@Linear", 2)
  vim.lsp.buf.definition()
  wait("not at the definition", function()
    return vim.fn.expand("%:t") == "linear.mlir" and vim.fn.getline("."):find("dpsims.block @Linear", 1, true)
  end)
end

local passed, trouble = pcall(test)
check(passed, trouble)
vim.cmd("qall!")
