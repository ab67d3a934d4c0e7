"""Pure decisions about roles, credentials and failed sign-ins."""
