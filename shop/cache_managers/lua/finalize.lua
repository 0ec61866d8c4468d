-- FINALIZE: take written orders out of the outbox; their receipts say so for a day. Safe to repeat.
-- KEYS outbox, then item, receipt for each entry
-- ARGV life of a receipt (s), then entry id, quantity, epoch, pieces to give back for each entry
-- Answers how many entries this call took out
local taken = 0
for i = 0, (#KEYS - 1) / 2 - 1 do
  local item, receipt = KEYS[2 + 2 * i], KEYS[3 + 2 * i]
  local entry, quantity, epoch, back = ARGV[2 + 4 * i], ARGV[3 + 4 * i], ARGV[4 + 4 * i], ARGV[5 + 4 * i]
  if redis.call('XDEL', KEYS[1], entry) == 1 then
    taken = taken + 1
    if redis.call('HGET', item, 'epoch') == epoch then
      redis.call('HINCRBY', item, 'pend', '-' .. quantity)
      redis.call('HINCRBY', item, 'avail', back)
    end
    local text = redis.call('GET', receipt)
    if text then redis.call('SET', receipt, 'C' .. string.sub(text, 2), 'EX', ARGV[1]) end
  end
end
return taken
