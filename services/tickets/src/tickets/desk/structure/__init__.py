"""How tickets hang together: merge, split, undo of both, and links (AT-04, AT-05, TS-05, TS-09)."""
