-- Return the cached value of a key, or the lease to build it, in one round trip.
-- KEYS: the key; if it has a tag, the key of the tag.
-- ARGV: a unique name, life of a lease (ms); with a tag: a new tag value, its life (ms).
-- Returns "kept" and the value; "lease" and the lease, now held by the caller; "busy": another caller builds the value;
-- "closed": a change is about to be committed, no value may be stored.
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
-- The key is empty, or its tag has changed since.
local lease = '?' .. stamp .. ARGV[1]
redis.call('SET', KEYS[1], lease, 'PX', ARGV[2])
return {'lease', lease}
