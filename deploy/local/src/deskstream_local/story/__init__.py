"""The three scenes of everyday work, played through the front doors of a running desk: what ``make demo`` shows."""
