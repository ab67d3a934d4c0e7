"""The staff: agents, how they sign in, their API tokens, and what their roles allow."""
