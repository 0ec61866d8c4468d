-- OPEN: begin an epoch with what MySQL says, if the claim still holds. Nobody buys yet: first comes what was promised
-- in older epochs.
-- KEYS item, limit
-- ARGV token, avail, epoch, price, currency, limit, hwm, whether it has orders (1 or 0), then user, units for each buyer of a limited item
-- Answers 1, or 0 when another claim came later
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'retired', 'avail', ARGV[2], 'pend', 0, 'seq', 0, 'epoch', ARGV[3],
  'price', ARGV[4], 'currency', ARGV[5], 'limit', ARGV[6], 'hwm', ARGV[7])
-- Before its first order there was nothing to forget.
if ARGV[8] == '0' then redis.call('HDEL', KEYS[1], 'forgot') end
redis.call('DEL', KEYS[2])
for i = 9, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 1
