"""Pure decisions about addresses, phones, search words and matches."""
