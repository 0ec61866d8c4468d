-- LET IN: end a load, if the claim still holds.
-- KEYS item
-- ARGV token, state (open, or retired: nobody buys, older promises are counted)
-- Answers 1, or 0 when another claim came later
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2])
redis.call('HDEL', KEYS[1], 'token')
return 1
