"""Objects as people read them: rows, a page, a document. Pure: the time and what was read are given."""
