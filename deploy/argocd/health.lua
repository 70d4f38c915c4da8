-- The health of an AgentRuntimeEndpoint, from its conditions. Argo CD runs it without Lua's string library.

-- Reasons that pass by themselves; any other reason of an endpoint that is not Ready wants a person's eyes.
local passing = {
  Creating = true,
  Updating = true,
  Deleting = true,
  RuntimeNotReady = true,
  Throttled = true,
  RemoteUnavailable = true,
}

-- Why a rollout is held where a person said so.
local asked = { Requested = true, Frozen = true }

local function health(status, message)
  return { status = status, message = message }
end

local status = obj.status or {}
local found = {}
for _, condition in ipairs(status.conditions or {}) do
  found[condition.type] = condition
end
local ready, synced, stalled = found.Ready, found.Synced or {}, found.Stalled or {}
local rolled, rollout = found.RolledOut or {}, status.rollout or {}

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", ready and ready.status ~= "True" and ready.message or "Being deleted")
end
if ready == nil then
  return health("Progressing", "Waiting for the operator's first look")
end
if status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "Waiting for the operator to see the latest change")
end
if synced.reason == "Paused" then
  return health("Suspended", synced.message)
end
if stalled.status == "True" then
  return health("Degraded", stalled.reason .. ": " .. stalled.message)
end
if ready.status == "True" and rolled.status == "False" then
  -- The endpoint serves, and its new version has not all traffic yet.
  local waits = rolled.reason == "AwaitingApproval" or rolled.reason == "RolloutHeld" and asked[rollout.cause]
  return health(waits and "Suspended" or "Progressing", rolled.message)
end
if ready.status == "True" then
  -- A difference that is left as it is, or a look that fails, is told; the endpoint serves all the same.
  return health("Healthy", synced.status == "False" and synced.message or ready.message)
end
return health(passing[ready.reason] and "Progressing" or "Degraded", ready.reason .. ": " .. ready.message)
