-- RECEIPTS: read receipts; a damaged one is deleted
-- KEYS receipts
-- Returns their texts, '' for a missing one, or 'damaged' when one was none
local texts = {}
for i, key in ipairs(KEYS) do
  local text = read(key, 'receipt')
  if text == false then return 'damaged' end
  texts[i] = text or ''
end
return texts
