-- Beginning of every script: a key of another type, or a count that is no number, is damage. It must not stop the sale,
-- so it is treated as missing: the key is deleted, a stream is set aside, the count begins at 0. Reconciliation finds
-- the difference and loads the item again.
local server = redis
local redis, removed = setmetatable({}, {__index = server}), {}
function redis.call(command, key, ...)
  local answer = server.pcall(command, key, ...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if string.find(answer.err, 'WRONGTYPE', 1, true) then
    removed[key] = true
    if string.sub(command, 1, 1) == 'X' then
      server.call('RENAME', key, key .. ':damaged')
    else
      server.call('DEL', key)
    end
  elseif command == 'HINCRBY' and string.find(answer.err, 'not an integer', 1, true) then
    server.call('HSET', key, (...), '0')
  end
  -- Raises every other error again.
  return server.call(command, key, ...)
end

