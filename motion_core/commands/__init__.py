"""One file a sub-command: EXAMPLE, add_arguments(parser), run(args) -> exit status. Heavy imports stay inside run."""
