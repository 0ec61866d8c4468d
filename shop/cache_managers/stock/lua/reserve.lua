-- RESERVE: take pieces for one purchase, or return why not. Safe to repeat: the second call returns the receipt.
-- KEYS item, outbox, receipt, limit, wake, buyer; other receipts of the idempotency key, its notes (the first one is
-- written); with a rate limit, the window of purchases, and with a key that of replays
-- ARGV order, tenant, item, user, quantity, moment (us), backlog bound, life of the wake flag (s); number of other
-- receipts, number of notes, the note, another text that the note may have; life of the note (s), moment before which a
-- receipt has expired (us), 1 when the first order of the key has expired, life of an expired receipt (s); with a rate
-- limit, the ARGV of count.lua
-- Returns {outcome, receipt, number}; for a refusal {outcome, when receipts were lost or '', number}. With a rate limit
-- the result of count.lua follows, except for an unknown buyer, an expired receipt and damaged data: the next attempt
-- is counted
local function is_count(text)
  return text and #text <= 18 and string.match(text, '^-?%d+$')
end
local function is_damaged(item)
  local counts = is_count(item[2]) and is_count(item[3]) and is_count(item[4])
  return not (counts and is_count(item[8] or '0') and is_count(item[9] or '0') and is_count(item[6] == '' and '0' or item[6])
    and string.match(item[5] or '', '^[^|]+$'))
end

local others, notes, renewed = tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[15] == '1'
if redis.pcall('GET', KEYS[6]) ~= '1' then
  if redis.call('TYPE', KEYS[6]).ok ~= 'string' then redis.call('DEL', KEYS[6]) end
  return {'STRANGER', '', 0}
end

local receipt, expired = nil, {}
for i = 0, others do
  local key = i == 0 and KEYS[3] or KEYS[6 + i]
  local text, moment = read(key, 'receipt')
  if text == false then return {'DAMAGED', '', 0} end
  if text and (tonumber(moment) > tonumber(ARGV[14]) or (renewed and i == 0)) then
    receipt = receipt or text
  elseif text then
    expired[#expired + 1] = key
  end
end
if not receipt and not renewed and #expired > 0 then
  -- The next order of the key is found by this receipt, so it has to live longer than that one.
  for _, key in ipairs(expired) do
    if redis.call('TTL', key) >= 0 then redis.call('EXPIRE', key, ARGV[16]) end
  end
  return {'EXPIRED', '', 0}
end

local used
local route = string.match(ARGV[11], '|(%S+ %S+) ')
for i = 1, notes do
  local note = read(KEYS[6 + others + i], 'lease')
  if note == false then return {'DAMAGED', '', 0} end
  -- The note of the expired order may outlive it.
  local stale = renewed and not receipt and note and string.match(note, '|(%S+ %S+) ') == route
  if note and note ~= ARGV[11] and note ~= ARGV[12] and not stale then used = used or note end
end

local replay = receipt and not used
local spent = {}
if ARGV[17 + fields] and replay then
  spent = spend({KEYS[#KEYS]}, 17 + fields)
elseif ARGV[17] and not replay then
  spent = spend({KEYS[7 + others + notes]}, 17)
end
local function say(outcome, text, number)
  return {outcome, text, number, unpack(spent)}
end
if spent[1] == 0 then return say('LIMITED', '', replay and 1 or 0) end
if used then return say('REUSED', used, 0) end
if receipt then return say('DUPLICATE', receipt, 0) end

local quantity = tonumber(ARGV[5])
if not quantity or quantity < 1 or quantity % 1 ~= 0 then
  return redis.error_reply('the quantity is not a whole number above zero')
end
local item = redis.call('HMGET', KEYS[1], 'state', 'avail', 'epoch', 'price', 'currency', 'limit', 'forgot', 'pend', 'seq', 'deadline')
local forgot = is_count(item[7]) and item[7] or ''
if not sells(item[1], item[10]) then return say('CLOSED', forgot, 0) end
local bought = item[6] ~= '' and redis.call('HGET', KEYS[4], ARGV[4]) or '0'
if is_damaged(item) or removed[KEYS[4]] or not is_count(bought) then
  -- The buyer's request for a load then finds a closed gate, and the load writes all fields again.
  redis.call('HSET', KEYS[1], 'state', 'closed')
  return say('CLOSED', '', 0)
end
local avail = tonumber(item[2])
if avail < quantity then return say('SOLD_OUT', forgot, avail) end
if item[6] ~= '' then
  bought = tonumber(bought)
  if bought + quantity > tonumber(item[6]) then return say('LIMIT', forgot, tonumber(item[6])) end
end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[7]) then return say('BUSY', forgot, 0) end

local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('HINCRBY', KEYS[1], 'avail', -quantity)
redis.call('HINCRBY', KEYS[1], 'pend', quantity)
local body = table.concat({ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], item[4], item[5], ARGV[6], item[3], seq}, '|')
redis.call('XADD', KEYS[2], '*', 'r', body)
redis.call('SET', KEYS[3], 'P|' .. body)
if item[6] ~= '' then redis.call('HINCRBY', KEYS[4], ARGV[4], quantity) end
if notes > 0 then redis.call('SET', KEYS[7 + others], ARGV[11], 'EX', ARGV[13]) end
local woke = redis.call('SET', KEYS[5], '1', 'NX', 'EX', ARGV[8])
return say('RESERVED', 'P|' .. body, woke and 1 or 0)
