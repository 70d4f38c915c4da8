"""AgentRuntimeEndpoint, the object for people, in parts. Drives api's operations over http; adds no call of its own."""
