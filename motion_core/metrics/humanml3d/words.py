"""Captions as HumanML3D's evaluator reads them: "walk/VERB" tokens into rows of its vocabulary and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from motion_core.models.t2m_evaluator import TAGS

MAX_WORDS = 20  # of a caption; the rest is cut off
START, END, UNKNOWN, OTHER = "sos", "eos", "unk", "OTHER"
# Words that get a tag of their own whatever their part of speech: places, body parts, things, actions, manners.
KEY_WORDS = {
    "Loc_VIP": "left right clockwise counterclockwise anticlockwise forward back backward up down straight curve",
    "Body_VIP": "arm chin foot feet face hand mouth leg waist eye knee shoulder thigh",
    "Obj_VIP": "stair dumbbell chair window floor car ball handrail baseball basketball",
    "Act_VIP": "walk run swing pick bring kick put squat throw hop dance jump turn stumble stop sit lift lower raise "
    "wash stand kneel stroll rub bend balance flap jog shuffle lean rotate spin spread climb",
    "Desc_VIP": "slowly carefully fast careful slow quickly happy angry sad happily angrily sadly",
}
_TAG_OF = {word: tag for tag, words in KEY_WORDS.items() for word in words.split()}
_TAG_PLACE = {tag: place for place, tag in enumerate(TAGS)}


def token_places(tokens: Sequence[str], places: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """(rows of the vocabulary, places in TAGS) of "word/POS" tokens between a start and an end; both at most 22 long.

    places: {word: row}. A word that is not in it counts as unknown, whatever its tag; an unknown tag as OTHER.
    Raises ValueError for no token or one without "/".
    """
    if not tokens:
        raise ValueError("a caption has no tokens: HumanML3D's text files hold them behind the first '#'")
    rows, tags = [], []
    for token in (f"{START}/{OTHER}", *tokens[:MAX_WORDS], f"{END}/{OTHER}"):
        word, slash, tag = token.rpartition("/")
        if not slash:
            raise ValueError(f"the token {token!r} has no part of speech: write it like 'walk/VERB'")
        known = word in places
        rows.append(places[word if known else UNKNOWN])
        tag = _TAG_OF.get(word, tag) if known else OTHER
        tags.append(_TAG_PLACE.get(tag, _TAG_PLACE[OTHER]))
    return rows, tags
