"""What is seen of AgentRun and of other objects, and what it means for one: for whoever looks, the operator and the
kubectl plugin. Pure: asks nobody, knows no queue, no cache and no clock.
"""
