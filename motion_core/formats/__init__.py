"""Motion files. Every reader raises `FormatError` with the file's name and the fault; every writer is atomic."""


class FormatError(ValueError):
    """A file that cannot be read as a motion."""
