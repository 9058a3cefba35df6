-- A set of a person's sockets, scored by the moment until which each counts. Answers 1 if the socket
-- counts now, 0 if there are too many.
local socket, now, till, most, keep = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], socket) and redis.call('ZCARD', KEYS[1]) >= most then
  return 0
end
redis.call('ZADD', KEYS[1], till, socket)
redis.call('PEXPIRE', KEYS[1], keep)
return 1
