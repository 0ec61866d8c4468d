-- LIMIT: count one request in each window.
-- KEYS windows
-- ARGV for each window what count.lua says
return spend(KEYS, 1)
