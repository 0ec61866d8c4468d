-- Shared beginning of scripts that count requests. A window begins with its first request and ends by itself; refused
-- requests are not counted. `fields` numbers of ARGV, from `at` on, describe each window: maximum of requests, length (ms),
-- and the state of the calling process: last count, ms until the end (0: unknown), and the number of requests it admitted
-- since then without Redis.
local fields = 5
local function look(key, at)
  local length, floor, rest = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local left, kept = redis.call('PTTL', key), 0
  local there = left > 0
  if there then kept = tonumber(redis.call('GET', key)) or 0 end
  -- Redis may have lost the window, or have older data than the process.
  if not there then left = rest > 0 and rest or length end
  local count = math.max(kept, floor) + tonumber(ARGV[at + 4])
  return {key = key, there = there, kept = kept, count = count, left = left, most = tonumber(ARGV[at])}
end

-- Counts one request in each window, all or none. Returns {1 or 0, count, ms left, count, ms left, ...}
local function spend(keys, at)
  local windows, answer = {}, {1}
  for i, key in ipairs(keys) do
    windows[i] = look(key, at + fields * (i - 1))
    if windows[i].count >= windows[i].most then answer[1] = 0 end
  end
  for _, window in ipairs(windows) do
    local count = window.count + answer[1]
    if window.there and count ~= window.kept then
      redis.call('SET', window.key, count, 'KEEPTTL')
    elseif not window.there and count > 0 then
      redis.call('SET', window.key, count, 'PX', window.left)
    end
    answer[#answer + 1] = count
    answer[#answer + 1] = window.left
  end
  return answer
end

