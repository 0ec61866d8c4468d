-- States of a gate that counts pieces. One that is revised counts them after its deadline, too.
local counts = {open = true, retired = true, revising = true}
-- True for a gate that sells: an edit that did not finish by its deadline closes it.
local function sells(state, deadline)
  if state ~= 'revising' then return state == 'open' end
  local time = server.call('TIME')
  return time[1] * 1000000 + time[2] < (tonumber(deadline) or 0)
end
