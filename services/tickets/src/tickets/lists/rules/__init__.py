"""Pure decisions about lists: values in, values out."""
