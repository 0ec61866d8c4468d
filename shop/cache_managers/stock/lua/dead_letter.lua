-- DEAD LETTER: move an entry that can never be written to the dead letters. Safe to repeat.
-- KEYS outbox, dead letters, receipt (none for an unreadable entry)
-- ARGV entry id, its content, reason
-- Returns 1, or 0 when the entry was gone
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'r', ARGV[2], 'why', ARGV[3])
if KEYS[3] then redis.call('SET', KEYS[3], 'D|' .. ARGV[2]) end
return 1
