"""The rows of the table that makes one record of a rollout another; their order is the room above. Pure."""
