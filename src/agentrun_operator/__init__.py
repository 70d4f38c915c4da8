"""Alibaba Cloud AgentRun's endpoints as Kubernetes resources, and in Python.

`agentrun_operator.agentrun` is the client and needs no Kubernetes; the rest is the operator, whose packages come with
the extra `operator`. Nothing is imported here, so that the client loads fast and alone.
"""
