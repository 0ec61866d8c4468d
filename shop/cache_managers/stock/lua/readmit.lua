-- READMIT: count a reservation of an older epoch in the current epoch. Safe to repeat.
-- KEYS item, outbox, receipt, limit
-- ARGV entry id, quantity, body up to the moment, life of a receipt (s), epoch of MySQL, user
-- Returns READMITTED, REJECTED (too few pieces left), CLOSED (try again later), WRONG (not the epoch of MySQL: it
-- would be counted again and again) or GONE (another call did it)
local item = redis.call('HMGET', KEYS[1], 'state', 'avail', 'epoch', 'limit')
if not counts[item[1]] then return 'CLOSED' end
if item[3] ~= ARGV[5] or not tonumber(item[2]) then return 'WRONG' end
if redis.call('XDEL', KEYS[2], ARGV[1]) == 0 then return 'GONE' end
if tonumber(item[2]) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[3], 'R|' .. ARGV[3] .. '|' .. item[3] .. '|0', 'EX', ARGV[4])
  return 'REJECTED'
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('HINCRBY', KEYS[1], 'avail', -ARGV[2])
redis.call('HINCRBY', KEYS[1], 'pend', ARGV[2])
-- Count it without a check: a reservation under an older limit stays valid.
if item[4] ~= '' then redis.call('HINCRBY', KEYS[4], ARGV[6], ARGV[2]) end
local body = ARGV[3] .. '|' .. item[3] .. '|' .. seq
redis.call('XADD', KEYS[2], '*', 'r', body)
redis.call('SET', KEYS[3], 'P|' .. body)
return 'READMITTED'
