"""Progressive delivery, decided: from a plan, what is recorded and what was proved to what is recorded next. Pure.

What goes to AgentRun follows from the record alone (`effective`); the table that makes one record of another is
`course`.
"""
