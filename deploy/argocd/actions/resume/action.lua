-- Lets go on what a person stopped: an endpoint that is paused, else a rollout that is held.
local annotations = obj.metadata.annotations or {}
if annotations["agentrun.alibabacloud.com/paused"] == "true" then
  annotations["agentrun.alibabacloud.com/paused"] = nil
  return obj
end
local rollout = obj.status and obj.status.rollout or {}
if rollout.held ~= true then
  error("It is neither paused nor held", 0)
end
annotations["agentrun.alibabacloud.com/rollout"] = "resume " .. rollout.number
obj.metadata.annotations = annotations
return obj
