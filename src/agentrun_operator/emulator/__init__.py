"""A stand-in for AgentRun, written from the facts alone. Imports nothing else of the package."""
