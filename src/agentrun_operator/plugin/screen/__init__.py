"""The terminal: what goes where, in which colour and how wide. Knows no cluster, no AgentRun and no command."""
