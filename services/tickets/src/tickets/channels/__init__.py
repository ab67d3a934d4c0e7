"""Channels: where tickets arrive, who listens there, and which statuses they may have."""
