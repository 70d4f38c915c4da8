-- Tries a plan again that was given up.
local rollout = obj.status.rollout
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "retry " .. rollout.number
return obj
