-- Lets a rollout go on that was held.
local rollout = obj.status.rollout
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "resume " .. rollout.number
return obj
