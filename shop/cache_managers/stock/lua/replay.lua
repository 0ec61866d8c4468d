-- REPLAY: put a dead letter back into the outbox, under a number of its own. Safe to repeat.
-- KEYS dead letters, outbox, item, receipt
-- ARGV id of the letter, body up to the moment, epoch, number
-- Answers 1, or 0 when it was gone
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
local seq = ARGV[4]
-- Its old number was declared void when it was set aside. One of an older epoch gets its number when it is readmitted.
if redis.call('HGET', KEYS[3], 'epoch') == ARGV[3] then seq = redis.call('HINCRBY', KEYS[3], 'seq', 1) end
local body = ARGV[2] .. '|' .. ARGV[3] .. '|' .. seq
redis.call('XADD', KEYS[2], '*', 'r', body)
redis.call('SET', KEYS[4], 'P|' .. body)
return 1
