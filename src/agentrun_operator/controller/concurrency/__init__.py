"""Who may go on, when, and before whom. Neither Kubernetes nor AgentRun may enter: all of it works on any key."""
