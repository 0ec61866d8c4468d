-- LEASE: take the lease of a key, or return what is there under any of its spellings. Safe to repeat.
-- KEYS leases, one for each spelling
-- ARGV token|, fingerprint, life (ms), note that the lease may replace ('' for none), number of leases to take
-- Returns '' on success, 'damaged' when a value was none, else the other lease or the note
for _, key in ipairs(KEYS) do
  local held = read(key, 'lease')
  if held == false then return 'damaged' end
  if held and held ~= ARGV[4] and string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return held end
end
for i = 1, tonumber(ARGV[5]) do redis.call('SET', KEYS[i], ARGV[1] .. ARGV[2], 'PX', ARGV[3]) end
return ''
