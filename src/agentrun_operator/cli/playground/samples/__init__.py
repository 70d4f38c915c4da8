"""The samples: their objects in Kubernetes, what AgentRun should hold because of them, what their agents answer."""
