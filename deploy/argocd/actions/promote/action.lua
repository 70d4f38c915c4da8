-- Gives the version all traffic at once, without the steps that are left.
local rollout = obj.status and obj.status.rollout or {}
if rollout.number == nil then
  error("There is no rollout", 0)
end
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/rollout"] = "promote " .. rollout.number
return obj
