-- Stops every write to AgentRun, deletion and the revert of a rollout included.
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["agentrun.alibabacloud.com/paused"] = "true"
return obj
