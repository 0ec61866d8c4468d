-- FINALIZE: remove written orders from the outbox and confirm their receipts. Safe to repeat.
-- KEYS outbox, then item, receipt, limit for each entry
-- ARGV life of a receipt (s), then entry id, quantity, epoch, pieces to release, user for each entry
-- Returns the number of entries that this call removed
local taken = 0
for i = 0, (#KEYS - 1) / 3 - 1 do
  local item, receipt, limit = KEYS[2 + 3 * i], KEYS[3 + 3 * i], KEYS[4 + 3 * i]
  local entry, quantity, epoch, back, user = unpack(ARGV, 2 + 5 * i, 6 + 5 * i)
  if redis.call('XDEL', KEYS[1], entry) == 1 then
    taken = taken + 1
    if redis.call('HGET', item, 'epoch') == epoch then
      redis.call('HINCRBY', item, 'pend', '-' .. quantity)
      if back ~= '0' then
        redis.call('HINCRBY', item, 'avail', back)
        if redis.call('HEXISTS', limit, user) == 1 then redis.call('HINCRBY', limit, user, '-' .. back) end
      end
    end
    -- A receipt of another type is damaged: it must not stop the other orders.
    local text = redis.pcall('GET', receipt)
    if type(text) == 'table' then redis.call('DEL', receipt) end
    if type(text) == 'string' then redis.call('SET', receipt, 'C' .. string.sub(text, 2), 'EX', ARGV[1]) end
  end
end
return taken
