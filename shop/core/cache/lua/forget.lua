-- Delete a value, or the lease under which one is built; the mark of a change stays, unless it is the caller's.
-- KEYS: the key. ARGV: the caller's mark.
local held = redis.call('GET', KEYS[1]) or ''
if string.sub(held, 1, 1) == '!' and held ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
