-- Lets the step go on that waits for it.
local rollout = obj.status and obj.status.rollout or {}
if rollout.phase ~= "AwaitingApproval" then
  error("No step waits for approval", 0)
end
local annotations = obj.metadata.annotations or {}
local key = "agentrun.alibabacloud.com/rollout"
local request = "approve " .. rollout.number .. " " .. rollout.weight
-- One that was answered before the step waited opens nothing, and counts once it was away: the next click sets it anew.
local early = annotations[key] == request and rollout.lastRequest == request
annotations[key] = not early and request or nil
obj.metadata.annotations = annotations
return obj
