-- TAKE: take pieces out of the sale before MySQL does. Safe to repeat within an epoch: the call is stored.
-- KEYS item, stored call
-- ARGV pieces (0: only compare), available pieces as the caller saw them ('' for any), epoch, life of the stored call (s)
-- Returns {TAKEN | CHANGED | SOLD_OUT | CLOSED, available pieces}
-- A load between two attempts begins an epoch with the stock of MySQL, so the pieces have to be taken again.
if redis.call('GET', KEYS[2]) == ARGV[3] then return {'TAKEN', 0} end
local item = redis.call('HMGET', KEYS[1], 'state', 'avail', 'epoch', 'token')
-- A token means that a load is counting reservations of older epochs: they come first.
if item[4] or not counts[item[1]] or item[3] ~= ARGV[3] then return {'CLOSED', 0} end
local avail = tonumber(item[2])
if not avail then return {'CLOSED', 0} end
if ARGV[2] ~= '' and avail ~= tonumber(ARGV[2]) then return {'CHANGED', avail} end
if avail < tonumber(ARGV[1]) then return {'SOLD_OUT', avail} end
redis.call('HINCRBY', KEYS[1], 'avail', -ARGV[1])
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
return {'TAKEN', avail - ARGV[1]}
