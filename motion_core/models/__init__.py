"""The networks, one family a file. They know no sampler and no text encoder."""
