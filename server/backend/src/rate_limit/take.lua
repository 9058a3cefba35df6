-- The generic cell rate algorithm of memory.rs: a key holds the moment at which its whole burst is free
-- again. Answers the milliseconds to wait, 0 if the try passes.
local now, every, burst, slack = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local free_at = tonumber(redis.call('GET', KEYS[1])) or now
-- Further off than a whole burst: a clock was set back, or is behind that of another node.
if free_at > now + burst then
  free_at = now + burst - every
end
local start = math.max(free_at, now)
local wait = start + every - (now + burst)
if wait > 0 then
  return wait
end
free_at = start + every
-- %.0f: a number of thirteen digits must not be written with an exponent.
redis.call('SET', KEYS[1], string.format('%.0f', free_at), 'PX', string.format('%.0f', free_at - now + slack))
return 0
