"""The HTTP doors of the portal: staff, customers, and the small pages."""
