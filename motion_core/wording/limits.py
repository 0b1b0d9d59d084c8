"""What a prompt asks for that no model makes: a second person, fingers, a face, something that is no human body.

Told by the words alone. What is said of things that a person handles is left to `hearing/known.py`.
"""

from __future__ import annotations

import re

from motion_core.wording.grammar import ARTICLES, BODY
from motion_core.wording.grammar import PEOPLE as SOMEBODY
from motion_core.wording.verbs import KNOWN, word_set

# What the user is told, by kind.
LIMITS = {
    "people": "one person is made at a time: nobody else is there",
    "fingers": "fingers do not move: hands are as stiff as the model's data",
    "face": "faces do not move: only the body does",
    "beings": "only a human body is made",
}
MALE = word_set("""
    man guy boy gentleman father dad brother son husband boyfriend king prince uncle grandfather waiter
""")
FEMALE = word_set("""
    woman lady girl mother mum mom sister daughter wife girlfriend queen princess aunt grandmother waitress nurse
    bride
""")
ROLES = word_set("""
    officer policeman thief robber teacher student doctor patient boxer wrestler opponent partner friend enemy
    baby child kid toddler customer boss clerk driver referee player goalkeeper bully victim bystander stranger
    neighbour neighbor classmate colleague coach groom guest bartender hostage prisoner guard soldier villain hero
    attacker
""")
MANY = word_set("""
    twins team army crowd couple wrestlers boxers dancers fighters spectators people men women boys girls children
    kids friends players soldiers guests strangers opponents parents pedestrians audience
""")
NUMBERS = "two|three|four|five|six|seven|eight|nine|ten|several|many|some|both|all|dozens? of|hundreds? of|2|3|4|5|6"
OTHERS = r"(?:person|man|woman|guy|girl|boy|player|dancer|fighter|boxer|child|character|people|human)\b"
ON_SOMEBODY = word_set("""
    hug kiss push pull punch kick slap hit carry lift grab tackle chase follow attack fight help lead greet
    embrace tickle strangle choke stab shoot grapple wrestle arrest comfort bite
""")
PEOPLE = re.compile(
    rf"\b(?:{NUMBERS}) (?:of (?:the|them|us) ?)?(?:\w+ )?(?:{'|'.join(sorted(MANY))}|persons|humans|figures|guys)\b"
    r"|\b(?:the two|two|both|all|three) of (?:them|us)\b"
    r"|\b(?:one another|someone else|somebody else|other people)(?!['’])\b"
    rf"|\b(?:another|the other) {OTHERS}"
    rf"|\b(?:group|crowd|team|pair|army|line) of (?:\w+ )?(?:persons|{'|'.join(sorted(MANY))})\b"
    r"|\b(?:his|her|their|my|a|the|an) (?:(?!unseen|imaginary|invisible)\w+ )?(?:partner|opponent|friend|brother|"
    r"sister|girlfriend|boyfriend|enemy|daughter|husband|wife)\b"
    r"|\b(?:danc(?:es?|ing)|fight(?:s|ing)?|walk(?:s|ing)?|runs?|sits?) together\b"
    r"|^(?:they|we) (?:all |both )?(?:hug|kiss|fight|shake hands)\b"
    r"|\bcouple (?:\w+ )?(?:waltz|danc|kiss|hug|walk|hold)\w*|\barm[- ]wrestl|\bpiggy ?back"
    r"|\b(?:kiss|grappl|wrestl)\w* (?:with|him|her)\b",
    re.IGNORECASE,
)
FINGERS = re.compile(
    r"\b(?:fingers|fingertips?|thumbs?|pinky|pinkies|knuckles|(?:index|middle|ring|little) finger|sign language)\b"
    r"|\b(?:clench|unclench)\w*|\binto (?:a )?fists?\b|\bfists? (?:\w+ )?(?:open|clos)"
    r"|\bpeace sign|\bok(?:ay)? sign"
    r"|\b(?:typ|text)(?:e|es|ing|s) (?:on|a message|in)\b",
    re.IGNORECASE,
)
FACE = re.compile(
    r"\b(?:smil|grin|frown|wink|blink|pout|smirk|grimac|blush|sneer|scowl|squint|whisper)\w*"
    r"|\b(?:eyebrows?|eyelids?|eyelashes|lips?|tongue|dimples|nostrils|facial|tears|wrinkles?)\b"
    r"|\b(?:roll|clos|open|narrow|widen|rais)\w* (?:(?:his|her|their|the|its|both|one|an|up) )?(?:eyes?|brows?|mouth)\b"
    r"|\b(?:wide|open|closed|eyes) (?:open )?(?:eyes|mouth|closed|shut)\b|\b(?:sad|happy|angry|surprised) face\b",
    re.IGNORECASE,
)
# What is no human body, where it is what acts.
BEINGS = word_set("""
    cat cats dog dogs horse horses cow cows pig sheep goat bird birds eagle owl parrot duck chicken fish fishes
    shark whale dolphin octopus elephant elephants lion tiger bear wolf fox rabbit mouse rat frog snake crocodile
    turtle dinosaur dragon unicorn insect spider bee butterfly ant fly kitten puppy animal animals monster car
    cars truck bus train bicycle bike motorcycle plane aeroplane airplane helicopter rocket spaceship boat ship
    submarine tractor tank wheel ball door window gate chair table sofa bed lamp light clock phone computer
    printer machine engine building house tower bridge tree trees leaf leaves flower flowers grass sun moon star
    stars cloud clouds rain snow wind storm wave waves ocean sea river mountain volcano fire smoke water flag
    curtain rope bell kettle book paper box bottle glass drone
""")
# Words that name a movement without being verbs.
MOVES = word_set("""
    backflip frontflip somersault handstand headstand jacks yoga karate judo taekwondo capoeira pirouette salsa
    waltz waltzes ballet tango samba macarena boxing gymnastics chi moonwalk charleston cha hopscotch salutation
    parkour flamenco rumba disco breakdance breakdances burpee burpees plank pushup pushups push-ups sit-ups
    situps golf tennis basketball soccer football baseball volleyball hockey bowling swim gallops applauds applaud
    climb cowers gestures gesturing motion movement
""")
ARTICLE = re.compile(r"^(?:(?:a|an|the|some|one|two|his|her|my|many) )?", re.IGNORECASE)
CLAUSES = re.compile(r"[.;]|\b(?:then|while)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LIKE = word_set("like as imitates imitating pretends pretending acts acting mimics mimicking")
LONG_ING = 5  # letters: "coiling", but neither "thing" nor "king"
ADJECTIVES = 2  # before the noun that acts


def limits_of(text: str) -> tuple[str, ...]:
    """The kinds of LIMITS that a sentence goes beyond."""
    words = [word.lower() for word in WORD.findall(text)]
    found = {
        "people": PEOPLE.search(text) is not None or _two_people(words),
        "fingers": FINGERS.search(text) is not None,
        "face": FACE.search(text) is not None,
        "beings": any(_acts_no_body(clause.strip()) for clause in CLAUSES.split(text)),
    }
    return tuple(kind for kind, is_so in found.items() if is_so)


def _two_people(words: list[str]) -> bool:
    """Whether two different people are named, or something is done to somebody, or "the other" does something."""
    if LIKE & set(words):
        return False
    kinds = {kind for kind in map(_sort_of, words) if kind}
    if len(kinds) > 1 or _many_act(words) or ("each other" in " ".join(words) and not BODY & set(words)):
        return True
    bases = [KNOWN.get(word, ("", ""))[0] for word in words]
    for here, base in enumerate(bases[:-1]):
        behind = words[here + 1]
        if base in ON_SOMEBODY and behind in {"someone", "somebody", "him", "people"}:
            return True
    before_other = set(words[: words.index("other")]) if "other" in words[:-1] else BODY
    return not before_other & BODY and KNOWN.get(words[words.index("other") + 1], ("", ""))[1] == "third"


def _sort_of(word: str) -> str:
    """The person that a noun means, where it cannot mean another's noun too: "man" and "woman" are two."""
    for name, nouns in (("male", MALE), ("female", FEMALE)):
        if word in nouns:
            return name
    return word if word in ROLES else ""


def _many_act(words: list[str]) -> bool:
    """Whether several people are what acts."""
    return any(word in MANY for word in words[: ADJECTIVES + 1]) and not any(w in BODY for w in words[:3])


def _acts_no_body(text: str) -> bool:
    """Whether an animal or a thing is what acts."""
    match = ARTICLE.match(text)
    behind = text[match.end() :] if match else text
    words = [word.lower() for word in WORD.findall(behind)]
    for here, word in enumerate(words[: ADJECTIVES + 1]):
        if word in BEINGS:
            return len(words) > here + 1 and (
                bool(match and match[0]) or KNOWN.get(words[here + 1], ("", ""))[1] == "third"
            )
        if word in SOMEBODY or (word in KNOWN and here == 0):
            return False
    return False


def names_nothing(text: str) -> bool:
    """Whether a sentence names nothing but somebody: "a person"."""
    return all(word in SOMEBODY or word in ARTICLES for word in WORD.findall(text.lower()))


def names_movement(text: str) -> bool:
    """Whether a sentence has a word that may say what is done."""
    words = WORD.findall(text.lower())
    return any(
        word in KNOWN or word in MOVES or (len(word) > LONG_ING and word.endswith("ing")) for word in words
    )
