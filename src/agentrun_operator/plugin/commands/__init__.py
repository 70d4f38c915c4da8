"""The commands, each in a module or room of its own; they know of each other nothing. Imports cost each start: what a
command needs is imported when it runs.
"""
