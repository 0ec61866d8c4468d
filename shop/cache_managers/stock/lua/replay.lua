-- REPLAY: put a dead letter back into the outbox, under a new number. Safe to repeat.
-- KEYS dead letters, outbox, item, receipt
-- ARGV letter id, body up to the moment, epoch, number
-- Returns 1, or 0 when the letter was gone
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
local seq = ARGV[4]
-- Its old number was declared void with the dead letter. In an older epoch, READMIT assigns the new number.
if redis.call('HGET', KEYS[3], 'epoch') == ARGV[3] then seq = redis.call('HINCRBY', KEYS[3], 'seq', 1) end
local body = ARGV[2] .. '|' .. ARGV[3] .. '|' .. seq
redis.call('XADD', KEYS[2], '*', 'r', body)
redis.call('SET', KEYS[4], 'P|' .. body)
return 1
