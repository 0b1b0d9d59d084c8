"""Is a caption English? Models learn one language, and a table of captions may hold another by mistake."""

from __future__ import annotations

import re
import unicodedata

_ENGLISH = frozenset((
    "an", "the", "is", "are", "was", "were", "and", "or", "with", "of", "to", "at", "his", "her", "their", "its",
    "it", "he", "she", "they", "this", "that", "while", "then", "from", "into", "by", "for", "up", "down", "out",
    "over", "off", "around", "woman", "someone", "somebody", "figure",
))  # fmt: skip
# Function words that English does not have: "die", "man", "on", "as" are left out.
_FOREIGN = {
    "German": "der das ein eine einen einem einer und mit nach seine seinen geht läuft macht dann sich auf vorwärts",
    "French": "le la les une des du et avec avance marche puis vers ses sur il elle qui personne",
    "Spanish": "el la los las una uno y con hacia luego su persona camina del que hombre",
    "Italian": "il la lo gli una uno e con poi verso sua suo persona cammina che uomo",
    "Portuguese": "o os uma um e com pela depois para sua seu pessoa anda que homem",
    "Dutch": "de het een en met naar zijn haar dan loopt persoon iemand",
}
_WORDS = {language: frozenset(words.split()) - _ENGLISH for language, words in _FOREIGN.items()}
FEW = 2  # foreign words that settle it where there is no English one
MOST = 0.5  # share of letters of another script that settles it


def foreign_language(text: str) -> str | None:
    """The name of the language or script of a sentence that is not English, else None.

    Two function words of another language, and fewer of English, settle it: short fragments ("jumping jacks") pass.
    """
    letters = [char for char in text if char.isalpha()]
    other = [script for char in letters if (script := _script(char)) != "LATIN"]
    if len(other) > MOST * len(letters):
        return max(set(other), key=other.count).title()
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    language = max(_WORDS, key=lambda name: len(words & _WORDS[name]))
    count = len(words & _WORDS[language])
    return language if count >= FEW and count > len(words & _ENGLISH) else None


def _script(char: str) -> str:
    """ "LATIN", "CYRILLIC", "CJK" ...: the first word of the letter's name."""
    return unicodedata.name(char, "UNKNOWN").split()[0]
