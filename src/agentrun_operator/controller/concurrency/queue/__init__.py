"""Which key is worked on next. Kubernetes, AgentRun and limits of calls may not enter."""
