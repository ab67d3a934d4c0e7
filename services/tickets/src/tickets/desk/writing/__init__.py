"""What agents write before it leaves and what helps them to: drafts, uploads, templates, signatures, letters."""
