-- Lets the step go on that waits for it.
local rollout = obj.status.rollout
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "approve " .. rollout.number .. " " .. rollout.weight
return obj
