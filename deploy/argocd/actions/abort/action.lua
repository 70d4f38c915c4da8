-- Takes the version off the traffic.
local rollout = obj.status and obj.status.rollout or {}
if rollout.number == nil then
  error("There is no rollout", 0)
end
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "abort " .. rollout.number
return obj
