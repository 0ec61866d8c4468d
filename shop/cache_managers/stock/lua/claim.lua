-- CLAIM: close the gate of an item; only the holder of the newest token may open it again.
-- KEYS item
-- ARGV token, now (us), 1 when reconciliation found Redis to be wrong, else 0
-- A missing gate means that Redis lost data, receipts included: the gate stores since when.
if ARGV[3] == '1' or redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], 'forgot', ARGV[2]) end
redis.call('HSET', KEYS[1], 'state', 'closed', 'token', ARGV[1])
redis.call('HDEL', KEYS[1], 'editor', 'deadline')
return 1
