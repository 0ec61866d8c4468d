-- Shared beginning of scripts that read leases, notes and receipts. A value that is none of them is damaged: it is deleted.
local digits = string.rep('%x', 4)
local uuid = digits .. digits .. string.rep('%-' .. digits, 4) .. digits .. digits
local forms = {
  lease = '^%w*|%u+ %S+ %S+ %S+ %S+$',
  receipt = '^[PCRD]|' .. uuid .. '|%d+|%d+|%d+|%d+|%d+|%u+|(%d+)|%d+|%d+$',
}
local latest = 253402300799999999

-- Returns the text and what its form captures; nil for a missing key; false for a damaged one
local function read(key, form)
  local text = redis.pcall('GET', key)
  if text == false then return nil end
  local captured = type(text) == 'string' and string.match(text, forms[form])
  -- The key of a receipt ends with the order that its text names.
  local fits = form == 'lease' or (captured and tonumber(captured) <= latest and string.sub(key, -36) == string.sub(text, 3, 38))
  if captured and fits then return text, captured end
  redis.call('DEL', key)
  return false
end

