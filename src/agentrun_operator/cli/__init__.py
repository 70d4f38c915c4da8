"""The command line: one module per command, each named like its command.

A command's module is imported to show the help of all, so it stays light: typer, the standard library, and for
`run` the settings. What the command needs to work, it imports when it is called, after it has asked for its extra.
"""
