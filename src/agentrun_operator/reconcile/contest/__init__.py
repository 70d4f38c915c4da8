"""Of several operators' objects that want one endpoint, one has it. Pure; nothing is known of who asks or writes."""
