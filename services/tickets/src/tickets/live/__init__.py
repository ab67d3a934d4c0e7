"""What happens now, told to the browsers of those who may see it (issue 3, item 6)."""
