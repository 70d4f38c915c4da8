"""A rollout lived through on a virtual clock: production's own `course` and `effective`, and a world of a few fields.

The world is made up: an AgentRun that takes its time, rounds of proof, an operator that dies. Nothing is asked of the
real one, and nothing is decided in here.
"""
