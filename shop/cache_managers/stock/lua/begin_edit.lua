-- BEGIN EDIT: let an open gate sell until a deadline, while a transaction changes its values. Safe to repeat.
-- KEYS item
-- ARGV token of the edit, time to the deadline (us), epoch, price, currency and limit before the edit, limit after it
-- Returns 1, or 0 when a load has to do the edit: the gate is closed, being loaded or of another epoch, or the units of
-- each buyer are not counted
-- An edit that died after its commit has left older values. This one holds the lock of the row, so it writes them again.
local item = redis.call('HMGET', KEYS[1], 'state', 'token', 'epoch', 'limit')
if item[2] or (item[1] ~= 'open' and item[1] ~= 'revising') or item[3] ~= ARGV[3] then return 0 end
if item[4] == '' and (ARGV[6] ~= '' or ARGV[7] ~= '') then return 0 end
local time = server.call('TIME')
redis.call('HSET', KEYS[1], 'state', 'revising', 'editor', ARGV[1], 'price', ARGV[4], 'currency', ARGV[5], 'limit', ARGV[6],
  'deadline', string.format('%.0f', time[1] * 1000000 + time[2] + ARGV[2]))
return 1
