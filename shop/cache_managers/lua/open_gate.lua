-- OPEN: begin an epoch with what MySQL says, if the claim still holds.
-- KEYS item, limit
-- ARGV token, state (open, or retired: only older promises are counted), avail, epoch, price, currency, limit, hwm,
-- then user, units for each buyer of a limited item
-- Answers 1, or 0 when another claim came later
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'avail', ARGV[3], 'pend', 0, 'seq', 0, 'epoch', ARGV[4],
  'price', ARGV[5], 'currency', ARGV[6], 'limit', ARGV[7], 'hwm', ARGV[8])
redis.call('HDEL', KEYS[1], 'token')
-- Before its first epoch there was nothing to forget.
if ARGV[4] == '1' then redis.call('HDEL', KEYS[1], 'forgot') end
redis.call('DEL', KEYS[2])
for i = 9, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 1
