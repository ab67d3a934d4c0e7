"""Settings that hold for the whole desk and that an administrator changes while it runs."""
