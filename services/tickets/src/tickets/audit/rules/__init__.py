"""Pure decisions about the audit log: how its entries are chained."""
