"""Properties of tickets that an administrator defines: colour markers, priorities, tags, custom fields."""
