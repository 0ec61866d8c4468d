-- SET ASIDE: take an entry that can never be written out of the way of the others. Safe to repeat.
-- KEYS outbox, dead letters, receipt (none for an entry that cannot be read)
-- ARGV entry id, what stands in it, why
-- Answers 1, or 0 when it was gone
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'r', ARGV[2], 'why', ARGV[3])
if KEYS[3] then redis.call('SET', KEYS[3], 'D|' .. ARGV[2]) end
return 1
