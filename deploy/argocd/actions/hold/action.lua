-- Stops the steps; what fails is reverted all the same.
local rollout = obj.status.rollout
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "hold " .. rollout.number
return obj
