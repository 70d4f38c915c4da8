"""`spec.rollout` and `status.rollout`: how a new version gets its traffic step by step, and how far that is.

What users write and read, and the rules that the API server holds them to. Nothing is decided in here.
"""
