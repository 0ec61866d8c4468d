-- NOTES: read the leases and notes of a key under all its spellings
-- KEYS leases, one for each spelling
-- Returns their texts, or 'damaged' when a value was none
local texts = {}
for _, key in ipairs(KEYS) do
  local text = read(key, 'lease')
  if text == false then return 'damaged' end
  texts[#texts + 1] = text
end
return texts
