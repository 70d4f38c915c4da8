"""A call's way in and out: connection, log, signature, throttle, fault, answer. What an action does may not enter."""
