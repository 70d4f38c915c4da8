"""The running operator. Data flows one way: handler → queue → gather → decide → execute → status.

Only this package talks to Kubernetes. Decisions are `reconcile`'s; here are the I/O, the clock and the pauses around
them.
"""
