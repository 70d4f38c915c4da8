"""What users write: the custom resource's models, and the schema made from them.

These modules are the contract with everybody who writes a manifest or reads a status. No I/O, no decisions, no
Kubernetes
client: names, fields, rules and their explanations only.
"""
