"""What a user sees of a system at the prompt."""
