-- One call of scripts/bench, each time by the next of the signed-in people and about the next thing.
-- What to call comes from the environment; THING and CODE stand for what changes.
local function lines(name)
  local all = {}
  for line in io.lines(os.getenv("BENCH") .. "/" .. name) do all[#all + 1] = line end
  return all
end

local tokens, things = lines(os.getenv("TOKENS")), lines(os.getenv("THINGS"))
local method, path, body = os.getenv("METHOD"), os.getenv("CALL"), os.getenv("BODY")
local code, salt, n = os.getenv("CODE"), os.getenv("SALT"), tonumber(os.getenv("FIRST") or "0")

-- What few people read of few things is put together once: at the unit page's rate it would cost more than
-- half of what a request does.
local known, ways = {}, #tokens * #things

request = function()
  n = n + 1
  if method == "GET" and ways <= 4096 then
    local way = n % ways
    if not known[way] then
      known[way] = wrk.format(method, (path:gsub("THING", things[way % #things + 1])), { ["Authorization"] = "Bearer " .. tokens[way % #tokens + 1] })
    end
    return known[way]
  end
  local thing = things[(n - 1) % #things + 1]
  local headers = { ["Authorization"] = "Bearer " .. tokens[(n - 1) % #tokens + 1] }
  if method == "GET" then return wrk.format(method, (path:gsub("THING", thing)), headers) end
  headers["Content-Type"] = "application/json"
  headers["Idempotency-Key"] = "bench-" .. salt .. "-" .. n
  return wrk.format(method, (path:gsub("THING", thing)), headers, (body:gsub("THING", thing):gsub("CODE", code)))
end
