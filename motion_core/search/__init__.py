"""A folder of motions ranked by a sentence: an index on disk that keeps itself up to date, and the question to it.

Numpy only: the embedder, which brings torch, is handed in.
"""

from motion_core.search.index import LibraryIndex, UpdateReport
from motion_core.search.query import Finder, search

__all__ = ["Finder", "LibraryIndex", "UpdateReport", "search"]
