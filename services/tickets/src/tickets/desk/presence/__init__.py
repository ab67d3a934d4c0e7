"""Who views or writes in a ticket right now (TS-02, LF-03)."""
