"""Pure decisions about properties: values in, values out."""
