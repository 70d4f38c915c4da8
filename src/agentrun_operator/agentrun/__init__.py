"""The AgentRun API in Python: models, errors, signing, operations, transport, AgentRuntimeEndpoint."""
