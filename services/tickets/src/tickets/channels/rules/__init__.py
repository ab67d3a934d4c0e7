"""Pure decisions about channels: values in, values out."""
