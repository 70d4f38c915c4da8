"""AgentRun as this process knows it. Our objects enter by their keys alone, and nothing is decided here."""
