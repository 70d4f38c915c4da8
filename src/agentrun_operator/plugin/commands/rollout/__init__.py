"""`rollout`: how the rollout of a version stands, why, and the requests to it."""
