-- Takes the version off the traffic.
local rollout = obj.status.rollout
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "abort " .. rollout.number
return obj
