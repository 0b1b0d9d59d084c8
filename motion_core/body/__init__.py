"""The body: 22 joints and their rest pose, rotations, and `Motion`, a body moving. All other rooms build on it."""
