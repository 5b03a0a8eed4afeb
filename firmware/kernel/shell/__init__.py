"""The commands of the prompt and the command line; `sovelma` is their face."""
