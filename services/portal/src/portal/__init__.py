"""The portal: the customers' door, with their sign-in, their tickets and their answers."""
