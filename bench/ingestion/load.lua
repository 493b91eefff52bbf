-- One browser's event of 2 KB under 20 headers, or its GET of TARGET, from every connection; PAUSE milliseconds between two
-- of its requests.
local pause = tonumber(os.getenv("PAUSE") or "0")
local events = tonumber(os.getenv("EVENTS") or "1")
local target = os.getenv("TARGET")

local function event(size)
  local text = '{"type":"track","event":"Order Completed","userId":null,"anonymousId":"f3e0c8a1-5b7d-4a7c-9a52-0f5ad2b6c1de",'
    .. '"messageId":"ajs-next-1764041234567-5b7d4a7c","timestamp":"2026-11-25T03:22:25.123Z","sentAt":"2026-11-25T03:22:25.456Z",'
    .. '"writeKey":"k3y","integrations":{},"_metadata":{"bundled":[],"unbundled":[],"bundledIds":[]},'
    .. '"context":{"library":{"name":"analytics.js","version":"next-1.84.3"},"locale":"en-GB","timezone":"Europe/Berlin",'
    .. '"page":{"path":"/orders/1","referrer":"","search":"","title":"Order","url":"https://www.acme.com/orders/1"},'
    .. '"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"},'
    .. '"properties":{"orderId":"1234","total":30.5,"currency":"EUR","products":["'
  return text .. string.rep("x", size - #text - 4) .. '"]}}'
end

local headers = {
  ["Authorization"] = "Basic azN5Og==",
  ["Content-Type"] = "text/plain",
  ["Origin"] = "https://www.acme.com",
  ["Referer"] = "https://www.acme.com/orders/1",
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  ["Accept"] = "*/*",
  ["Accept-Encoding"] = "gzip, deflate, br, zstd",
  ["Accept-Language"] = "en-GB,en;q=0.9,de;q=0.8",
  ["Cache-Control"] = "no-cache",
  ["Pragma"] = "no-cache",
  ["Sec-Ch-Ua"] = '"Chromium";v="156", "Not.A/Brand";v="24"',
  ["Sec-Ch-Ua-Mobile"] = "?0",
  ["Sec-Ch-Ua-Platform"] = '"Linux"',
  ["Sec-Fetch-Dest"] = "empty",
  ["Sec-Fetch-Mode"] = "cors",
  ["Sec-Fetch-Site"] = "same-site",
  ["X-Forwarded-For"] = "198.51.100.7",
  ["X-Forwarded-Proto"] = "https",
  ["X-Request-Id"] = "5c2f0e9bb1c8410f8a1d6f6d3a1c2b3e",
  ["Host"] = "api.cdp.acme.com",
}

local body = event(2048)
local path = "/v1/t"
if events > 1 then
  local batch = {}
  for index = 1, events do batch[index] = event(2048) end
  body = '{"batch":[' .. table.concat(batch, ",") .. '],"writeKey":"k3y","sentAt":"2026-11-25T03:22:25.456Z"}'
  path = "/v1/b"
end

local wire
function init()
  wire = target and wrk.format("GET", target, headers) or wrk.format("POST", path, headers, body)
end

function request()
  return wire
end

if pause > 0 then
  function delay()
    return math.random(0, 2 * pause)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000
  ))
end
