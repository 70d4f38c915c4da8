"""How the service is told to misbehave, and which calls that hits. No I/O: the gateway waits, drops and answers."""
