"""What happens to every call: connection, log, throttling, faults, signature. What an action does may not enter."""
