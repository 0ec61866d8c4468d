-- DISCARD: reject the reservation of a dead letter and release its pieces. Safe to repeat.
-- KEYS dead letters, then item, receipt, limit (none for an unreadable letter)
-- ARGV letter id, its content, life of a receipt (s), quantity, epoch, user
-- Returns 1, or 0 when the letter was gone
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
if not KEYS[2] then return 1 end
if redis.call('HGET', KEYS[2], 'epoch') == ARGV[5] then
  redis.call('HINCRBY', KEYS[2], 'pend', -ARGV[4])
  redis.call('HINCRBY', KEYS[2], 'avail', ARGV[4])
  if redis.call('HEXISTS', KEYS[4], ARGV[6]) == 1 then redis.call('HINCRBY', KEYS[4], ARGV[6], -ARGV[4]) end
end
redis.call('SET', KEYS[3], 'R|' .. ARGV[2], 'EX', ARGV[3])
return 1
