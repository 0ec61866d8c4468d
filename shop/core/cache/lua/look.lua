-- What is remembered under a key, or the right to build it: one moment, one round trip.
-- KEYS: the key; where it belongs to a group, the group's key.
-- ARGV: a name that nobody else has, ms that a lease lives; of a group: a new stamp, ms that it lives.
-- Answers: "kept" and the value; "lease" and the lease that is the caller's now; "busy": somebody builds it;
-- "closed": it is about to change, nobody may keep it.
local stamp = ''
if KEYS[2] then
  local group = redis.call('GET', KEYS[2])
  if not group then
    group = ARGV[3]
    redis.call('SET', KEYS[2], group, 'PX', ARGV[4])
  elseif string.sub(group, 1, 1) == '!' then
    return {'closed', ''}
  end
  stamp = group .. '|'
end
local held = redis.call('GET', KEYS[1]) or ''
local kind = string.sub(held, 1, 1)
if kind == '!' then
  return {'closed', ''}
elseif string.sub(held, 1, 1 + #stamp) == '?' .. stamp then
  return {'busy', ''}
elseif kind ~= '' and kind ~= '?' and string.sub(held, 1, #stamp) == stamp then
  return {'kept', string.sub(held, #stamp + 1)}
end
-- Nothing is there, or something of a group that has changed since.
local lease = '?' .. stamp .. ARGV[1]
redis.call('SET', KEYS[1], lease, 'PX', ARGV[2])
return {'lease', lease}
