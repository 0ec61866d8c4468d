-- RESERVE: take pieces for one purchase, or return why not. Safe to repeat: the second call returns the receipt.
-- KEYS item, outbox, receipt, limit, wake, buyer; with an idempotency key, its fingerprint; with a rate
-- limit, the window
-- ARGV order, tenant, item, user, quantity, moment (us), backlog bound, life of the wake flag (s); fingerprint
-- ('' without an idempotency key), its life (s); with a rate limit, the ARGV of count.lua
-- Returns {outcome, receipt, number}; for a refusal {outcome, when receipts were lost or '', number}. With a rate limit
-- the result of count.lua follows, except for an unknown buyer: its next attempt is counted
local function is_count(text)
  return text and #text <= 18 and string.match(text, '^-?%d+$')
end
local function is_damaged(item)
  local counts = is_count(item[2]) and is_count(item[3]) and is_count(item[4])
  return not (counts and is_count(item[8] or '0') and is_count(item[9] or '0') and is_count(item[6] == '' and '0' or item[6])
    and string.match(item[5] or '', '^[^|]+$'))
end
-- A receipt of that order that can be read.
local function is_receipt(text, order)
  return string.sub(text, 3, 2 + #order) == order
    and string.match(text, '^[PCRD]|[%x-]+|%d+|%d+|%d+|%d+|%d+|[^|]+|%d+|%d+|%d+$')
end
if redis.call('GET', KEYS[6]) ~= '1' then return {'STRANGER', '', 0} end
local note = ARGV[9] ~= '' and KEYS[7]
local spent = ARGV[11] and spend({KEYS[#KEYS]}, 11) or {}
local function say(outcome, text, number)
  return {outcome, text, number, unpack(spent)}
end
if spent[1] == 0 then return say('LIMITED', '', 0) end
local asked = note and redis.call('GET', note)
if asked and asked ~= ARGV[9] then return say('REUSED', asked, 0) end
local receipt = redis.call('GET', KEYS[3])
if receipt and is_receipt(receipt, ARGV[1]) then return say('DUPLICATE', receipt, 0) end

local quantity = tonumber(ARGV[5])
if not quantity or quantity < 1 or quantity % 1 ~= 0 then
  return redis.error_reply('the quantity is not a whole number above zero')
end
local item = redis.call('HMGET', KEYS[1], 'state', 'avail', 'epoch', 'price', 'currency', 'limit', 'forgot', 'pend', 'seq')
local forgot = is_count(item[7]) and item[7] or ''
if item[1] ~= 'open' then return say('CLOSED', forgot, 0) end
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
if note then redis.call('SET', note, ARGV[9], 'EX', ARGV[10]) end
local woke = redis.call('SET', KEYS[5], '1', 'NX', 'EX', ARGV[8])
return say('RESERVED', 'P|' .. body, woke and 1 or 0)
