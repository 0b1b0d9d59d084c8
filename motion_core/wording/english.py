"""Is a caption English? Models learn one language, and a table of captions may hold another by mistake."""

from __future__ import annotations

import re
import unicodedata

_ENGLISH = frozenset((
    "an", "the", "is", "are", "was", "were", "and", "or", "with", "of", "to", "at", "his", "her", "their", "its",
    "it", "he", "she", "they", "this", "that", "while", "then", "from", "into", "by", "for", "up", "down", "out",
    "over", "off", "around", "woman", "someone", "somebody", "figure", "a", "in", "on", "man", "i", "as", "do", "walks",
    "person", "he's", "she's",
))  # fmt: skip
# Common words that English does not have: "die", "man", "on", "as" are left out.
_FOREIGN = {
    "German": "der das ein eine einen einem einer und mit nach seine seinen geht läuft macht dann sich auf vorwärts im "
    "zum zur ist mann frau jemand setzt hebt springt beide hin nicht den dem rechten linken schnell langsam "
    "rennt winkt tanzt sitzt steht kreis hände vorne",
    "French": "le la les une un des du et avec avance marche puis vers ses sur il elle qui personne homme femme court "
    "vite saute danse lève bras droit gauche quelqu'un lentement dans tourne assied fait",
    "Spanish": "el la los las una un uno y con hacia luego su persona camina del que hombre mujer alguien corre salta "
    "baila levanta mano brazo derecha izquierda adelante círculos rápido se sienta gira",
    "Italian": "il la lo gli una un uno e con poi verso sua suo persona cammina che uomo donna qualcuno corre salta "
    "balla alza braccio mano destra sinistra avanti si siede saluta l'uomo",
    "Portuguese": "o os uma um e com pela depois para sua seu pessoa anda que homem mulher alguém corre pula dança "
    "levanta mão braço frente senta",
    "Dutch": "de het een en met naar zijn haar dan loopt persoon iemand springt rent vooruit vrouw omhoog zit danst "
    "zwaait",
    "Swedish": "en ett och med sin går hoppar springer dansar framåt någon personen mannen vinkar sätter sig höger "
    "vänster",
    "Polish": "i z do na się osoba człowiek mężczyzna idzie biegnie skacze tańczy macha szybko przodu ręką siada",
    "Turkish": "bir ve ile kişi adam kadın yürüyor koşuyor ileri zıplıyor el sallıyor oturuyor dans ediyor",
    "Finnish": "ja on mies nainen henkilö kävelee juoksee hyppää eteenpäin tanssii ilmaan istuu heiluttaa kättä",
    "Indonesian": "seseorang orang berjalan berlari melompat ke depan dan dengan tangan cepat sambil menari duduk",
    "Vietnamese": "một người đàn ông chạy đi về phía trước nhảy và tay ngồi",
    "Czech": "člověk muž žena jde běží skáče tančí a na se rukou dopředu osoba",
    "Romanian": "o persoană un bărbat merge aleargă sare dansează și cu mâna înainte cineva",
    "Hungarian": "egy ember férfi nő sétál fut ugrik táncol előre és a az kezével",
}
_WORDS = {language: frozenset(words.split()) - _ENGLISH for language, words in _FOREIGN.items()}
FEW = 2  # foreign words that settle it where there is no English one
MOST = 0.5  # share of letters of another script that settles it


def foreign_language(text: str) -> str | None:
    """The name of the language or script of a sentence that is not English, else None.

    Two common words of another language, and fewer of English, settle it: short fragments ("jumping jacks") pass.
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
