-- CLAIM: close the gate of an item; only the holder of the newest token may open it again.
-- KEYS item
-- ARGV token, now (us), 1 if the data of Redis was found wrong, else 0
-- A missing gate was lost together with its receipts: the moment of the loss is recorded.
if ARGV[3] == '1' or redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], 'forgot', ARGV[2]) end
redis.call('HSET', KEYS[1], 'state', 'closed', 'token', ARGV[1])
return 1
