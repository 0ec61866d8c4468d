-- OPEN: begin an epoch with the state of MySQL, if the claim is still valid. Buyers are admitted later, after the
-- reservations of older epochs are counted.
-- KEYS item, limit
-- ARGV token, avail, epoch, price, currency, limit, hwm, 1 when it has orders else 0, then user, units for each buyer of a limited item
-- Returns 1, or 0 after a later claim
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'retired', 'avail', ARGV[2], 'pend', 0, 'seq', 0, 'epoch', ARGV[3],
  'price', ARGV[4], 'currency', ARGV[5], 'limit', ARGV[6], 'hwm', ARGV[7])
-- Without orders there were no receipts to lose.
if ARGV[8] == '0' then redis.call('HDEL', KEYS[1], 'forgot') end
redis.call('DEL', KEYS[2])
for i = 9, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 1
