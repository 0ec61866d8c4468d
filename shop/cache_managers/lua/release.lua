-- RELEASE: release a lease. The lease of another owner stays.
-- KEYS lease
-- ARGV beginning of the caller's lease
-- Returns 1, or 0 when the caller no longer held it
local held = redis.call('GET', KEYS[1])
if not held or string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
