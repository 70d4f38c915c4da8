"""What reaches us through kopf's watch, and what works around kopf. Keeps no object, decides nothing."""
