-- The way out of a deletion that is stuck: the object goes, its endpoint stays at AgentRun.
if obj.metadata.deletionTimestamp == nil then
  error("It is not being deleted", 0)
end
obj.spec.deletionPolicy = "Orphan"
return obj
