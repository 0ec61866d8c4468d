-- APPLY: add a credit from MySQL to the gate, once and in order. Safe to repeat.
-- KEYS item, limit
-- ARGV number of the credit, pieces, epoch, user whose limit gets the pieces back ('' for none)
-- Returns APPLIED, OLD (applied before), WAITS (an earlier one is missing), WRONG (of another epoch) or CLOSED (the load
-- that opens the gate includes it)
local item = redis.call('HMGET', KEYS[1], 'state', 'epoch', 'hwm')
if not counts[item[1]] then return 'CLOSED' end
if item[2] ~= ARGV[3] then return 'WRONG' end
if not tonumber(item[3]) then return 'WRONG' end
local missing = tonumber(ARGV[1]) - tonumber(item[3])
if missing < 1 then return 'OLD' end
if missing > 1 then return 'WAITS' end
redis.call('HSET', KEYS[1], 'hwm', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'avail', ARGV[2])
if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 1 then redis.call('HINCRBY', KEYS[2], ARGV[4], '-' .. ARGV[2]) end
return 'APPLIED'
