"""What users write: the custom resource's models, and the schema made from them. No I/O."""
