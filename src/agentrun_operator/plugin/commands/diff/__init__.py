"""`diff`: what AgentRun would be asked for if manifests were applied. Reads only, of the cluster and of AgentRun.

Data flows one way: `reading` (files) → `dry_run` (the cluster) → `gather` (AgentRun) → `predict` (pure) → `report`.
"""
