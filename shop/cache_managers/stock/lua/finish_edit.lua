-- FINISH EDIT: write the committed values and end the deadline, if the edit is the newest. Safe to repeat.
-- KEYS item
-- ARGV token of the edit, price, currency, limit
-- Returns 1, or 0 when a later edit or a load has taken over: both read the committed values
local item = redis.call('HMGET', KEYS[1], 'state', 'editor')
if item[1] ~= 'revising' or item[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'open', 'price', ARGV[2], 'currency', ARGV[3], 'limit', ARGV[4])
redis.call('HDEL', KEYS[1], 'editor', 'deadline')
return 1
