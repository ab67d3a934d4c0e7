"""Pure decisions of the notification service: values in, values out."""
