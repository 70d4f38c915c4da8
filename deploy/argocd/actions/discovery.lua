-- What may be asked of a rollout now. Argo CD runs it, and the actions, without Lua's string library.
local rollout = obj.status and obj.status.rollout or {}
local rolls = obj.spec.rollout ~= nil and rollout.number ~= nil and obj.metadata.deletionTimestamp == nil
local running = rolls and rollout.canaryVersion ~= nil
local failed = rolls and not running and rollout.failedPlan ~= nil

return {
  approve = { disabled = not (running and rollout.phase == "AwaitingApproval") },
  promote = { disabled = not (running or failed) },
  abort = { disabled = not running },
  retry = { disabled = not failed },
  hold = { disabled = not running or rollout.held == true },
  resume = { disabled = not running or rollout.held ~= true },
}
