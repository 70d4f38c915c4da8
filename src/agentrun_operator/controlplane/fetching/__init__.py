"""Prebuilt programs of a control plane, fetched from where their project publishes them: only when somebody asks.

`release` (what is published, and its checksum) → `download` (the file, checked) → `archive` (the programs in it) →
`fetched` (kept in the cache, all or nothing).
"""
