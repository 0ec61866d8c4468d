-- TAKE: take pieces out of the sale before MySQL does. Safe to repeat within an epoch: it is remembered.
-- KEYS item, memory
-- ARGV pieces (0: only compare), what can be bought as the caller saw it ('' for whatever), epoch, life of memory (s)
-- Answers {TAKEN | CHANGED | SOLD_OUT | CLOSED, what can be bought}
-- A load between two tries begins an epoch with all that MySQL has, so there it has to be taken again.
if redis.call('GET', KEYS[2]) == ARGV[3] then return {'TAKEN', 0} end
local item = redis.call('HMGET', KEYS[1], 'state', 'avail', 'epoch', 'token')
-- With a token a load counts older promises still: they come first.
if item[4] or (item[1] ~= 'open' and item[1] ~= 'retired') or item[3] ~= ARGV[3] then return {'CLOSED', 0} end
local avail = tonumber(item[2])
if ARGV[2] ~= '' and avail ~= tonumber(ARGV[2]) then return {'CHANGED', avail} end
if avail < tonumber(ARGV[1]) then return {'SOLD_OUT', avail} end
redis.call('HINCRBY', KEYS[1], 'avail', -ARGV[1])
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
return {'TAKEN', avail - ARGV[1]}
