"""Our objects as this process knows them: watch, list, store, index, resync. AgentRun and decisions may not enter."""
