"""How the service is told to misbehave, and which call it hits. Does no I/O: the gateway waits, drops and answers."""
