"""Desired and observed state: what an object asks for, what AgentRun holds, how they differ and what is sent. Pure."""
