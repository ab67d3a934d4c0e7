"""The audit log: who changed what about the desk itself, when and from where (TS-11)."""
