"""Edits of a spec: what they are to be, and where they are made: in the cluster, or in the file that it is kept in.

Planning is pure. Knows no command and no rollout that is under way.
"""
