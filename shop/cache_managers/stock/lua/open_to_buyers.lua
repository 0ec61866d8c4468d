-- OPEN TO BUYERS: finish a load, if the claim is still valid.
-- KEYS item
-- ARGV token, state (open, or retired: no purchases, only reservations of older epochs are counted)
-- Returns 1, or 0 after a later claim
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2])
redis.call('HDEL', KEYS[1], 'token')
return 1
