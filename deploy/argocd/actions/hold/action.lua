-- Stops the steps; what fails is reverted all the same.
local rollout = obj.status and obj.status.rollout or {}
if rollout.number == nil then
  error("There is no rollout", 0)
end
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "hold " .. rollout.number
return obj
