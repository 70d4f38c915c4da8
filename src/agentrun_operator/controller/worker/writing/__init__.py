"""What a reconcile writes onto its object, and what it tells people. AgentRun is written to elsewhere."""
