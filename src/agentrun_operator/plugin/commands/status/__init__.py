"""`status`: endpoints as a table, one as a page, and waiting for them. Reads only."""
