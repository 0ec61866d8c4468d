-- PROBE: write as a purchase does, on keys that expire.
-- KEYS a text, a hash, a stream
-- ARGV life of the keys (ms)
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
redis.call('HINCRBY', KEYS[2], 'count', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', '1', '*', 'r', '1')
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 1
