"""`import`: endpoints that no object has, as manifests. `names`, `manifest` and `text` are pure; `work` puts all
together; `command` is all that a start loads.
"""
