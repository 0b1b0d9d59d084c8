"""From recordings to training data: captures, sentences, the training set on disk, and the pool of samples."""
