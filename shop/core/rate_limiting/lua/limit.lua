-- LIMIT: count one request in each window.
-- KEYS windows
-- ARGV for each window the arguments of count.lua
return spend(KEYS, 1)
