-- What may be asked of an endpoint now. Argo CD runs it, and the actions, without Lua's string library.
local key = "agentrun.alibabacloud.com/"

local spec, status, metadata = obj.spec or {}, obj.status or {}, obj.metadata or {}
local deleting = metadata.deletionTimestamp ~= nil
local paused = (metadata.annotations or {})[key .. "paused"] == "true"

local held_by_us = false
for _, finalizer in ipairs(metadata.finalizers or {}) do
  held_by_us = held_by_us or finalizer == key .. "endpoint"
end

-- A rollout answers nothing while its object is paused, deleted or only observed.
local rollout = status.rollout or {}
local answers = not deleting and not paused and spec.managementPolicy ~= "Observe"
local rolls = spec.rollout ~= nil and rollout.number ~= nil and answers
local running = rolls and rollout.canaryVersion ~= nil
local failed = rolls and not running and rollout.failedPlan ~= nil
local held = running and rollout.held == true

local function offered(when)
  return { disabled = not when }
end

return {
  reconcile = offered(not paused),
  pause = offered(not paused),
  resume = offered(paused or held),
  orphan = offered(deleting and held_by_us and spec.deletionPolicy ~= "Orphan"),
  approve = offered(running and rollout.phase == "AwaitingApproval"),
  promote = offered(running or failed),
  abort = offered(running),
  retry = offered(failed),
  hold = offered(running and not held),
}
