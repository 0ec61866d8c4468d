-- CLAIM: close the gate of an item; only the holder of the newest token may open it again.
-- KEYS item
-- ARGV token
redis.call('HSET', KEYS[1], 'state', 'closed', 'token', ARGV[1])
return 1
