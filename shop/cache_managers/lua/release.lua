-- RELEASE: release the leases of a key. The lease of another owner stays.
-- KEYS leases, one for each spelling, the one that was sent first
-- ARGV token|, note that takes the place of the first one, its life (ms; 0: no note)
-- Returns the number of leases that the caller held
local held = 0
for i, key in ipairs(KEYS) do
  local lease = redis.pcall('GET', key)
  if type(lease) == 'string' and string.sub(lease, 1, #ARGV[1]) == ARGV[1] then
    held = held + 1
    if i == 1 and tonumber(ARGV[3]) > 0 then
      redis.call('SET', key, ARGV[2], 'PX', ARGV[3])
    else
      redis.call('DEL', key)
    end
  end
end
return held
