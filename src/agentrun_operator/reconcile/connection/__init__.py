"""What apps are told of an endpoint by `spec.connection`: addresses → content → steps → what the status says. Pure.

Nothing is read or written in here, and no credential is known to it.
"""
