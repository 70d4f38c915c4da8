"""What the operator costs, measured on a real control plane and shown beside its floor and a plain kopf operator.

Nothing in here is needed to run the operator, and nothing of the operator is changed for it: it is started as anybody
starts it, and watched from outside.
"""
