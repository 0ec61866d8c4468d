-- Store a built value, or nothing if the lease was lost: by expiry, to another caller, or to a change.
-- KEYS: the key. ARGV: the lease, the value, its life (ms); without a value the lease is only released.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '' then
  return redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then
  redis.call('SET', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
