-- RELEASE: give a lease back. Another owner's stays.
-- KEYS lease
-- ARGV what ours begins with
-- Answers 1, or 0 when it was not ours any longer
local held = redis.call('GET', KEYS[1])
if not held or string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
