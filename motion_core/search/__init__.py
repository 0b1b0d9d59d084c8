"""A folder of motions ranked by a sentence: an index on disk that keeps itself up to date, and the question to it.

Numpy only: the embedder, which brings torch, is handed in.
"""

from motion_core.search.index import Broken, Hit, LibraryIndex, UpdateReport
from motion_core.search.query import Query, SearchResult, search

__all__ = ["Broken", "Hit", "LibraryIndex", "Query", "SearchResult", "UpdateReport", "search"]
