-- READMIT: count an order reserved under an older epoch through the counter of today. Safe to repeat.
-- KEYS item, outbox, receipt, limit
-- ARGV entry id, quantity, body up to the moment, life of a receipt (s), epoch that MySQL says, user
-- Answers READMITTED, REJECTED (too few pieces left), CLOSED (ask again later), WRONG (not the epoch that MySQL
-- says: it would be counted anew without end) or GONE (somebody did it)
local item = redis.call('HMGET', KEYS[1], 'state', 'avail', 'epoch', 'limit')
if item[1] ~= 'open' and item[1] ~= 'retired' then return 'CLOSED' end
if item[3] ~= ARGV[5] then return 'WRONG' end
if redis.call('XDEL', KEYS[2], ARGV[1]) == 0 then return 'GONE' end
if tonumber(item[2]) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[3], 'R|' .. ARGV[3] .. '|' .. item[3] .. '|0', 'EX', ARGV[4])
  return 'REJECTED'
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('HINCRBY', KEYS[1], 'avail', -ARGV[2])
redis.call('HINCRBY', KEYS[1], 'pend', ARGV[2])
-- Counted, not asked: what was promised under an older limit stays promised.
if item[4] ~= '' then redis.call('HINCRBY', KEYS[4], ARGV[6], ARGV[2]) end
local body = ARGV[3] .. '|' .. item[3] .. '|' .. seq
redis.call('XADD', KEYS[2], '*', 'r', body)
redis.call('SET', KEYS[3], 'P|' .. body)
return 'READMITTED'
