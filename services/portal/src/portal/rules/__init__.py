"""Pure decisions of the portal: values in, values out."""
