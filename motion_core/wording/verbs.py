"""The verbs of motion prompts and their forms. Whoever reads a prompt trusts these words alone: no others are verbs."""

from __future__ import annotations

import re


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TRAVEL = word_set("""
    walk run jog sprint dash stroll stride march step crawl creep sneak tiptoe limp stagger stumble shuffle skip rush
    hurry go move strut wander swim climb back retreat approach sidestep charge race trot pace come advance proceed
    amble saunter scurry scoot moonwalk hobble waddle prance gallop follow wade drift
""")
# What nobody does while walking: "walks to the chair and sits down" is one after the other.
SETTLING = word_set("sit lie kneel fall collapse")
RISING = word_set("stand get rise")
HALTING = word_set("stop halt pause freeze idle")
# What is done with the hands or the head, and can be done while walking.
GESTURES = word_set("""
    wave raise lift lower clap nod shake point reach look stare glance drink eat talk speak shout laugh cry cough yawn
    hold carry salute greet gesture signal beckon smile scratch rub flap swing move
""")
# What says how somebody is, more than what is done next.
STATES = word_set("look keep hold remain stay continue carry sway tremble shiver land")
OTHERS = word_set("""
    wave bow raise lift lower kick punch jump leap hop dance spin turn twirl rotate throw toss catch clap nod shake
    point reach stretch bend lean crouch squat stand rise get pick put place grab drop push pull hit strike swing slash
    jab box fight block duck dodge look stare glance drink eat talk speak shout laugh cry cough sneeze yawn sleep rest
    wait remain stay hold carry open close play stir wash wipe scratch rub touch cross fold flap cartwheel roll tumble
    flip dive dribble shoot pass bounce salute greet hug gesture signal beckon take make do give perform start begin
    continue keep mime pretend warm exercise pivot circle return balance sway rock bob tap stomp stamp slide slip trip
    lunge vault straighten relax enter exit pose flex shrug twist curtsy genuflect chop slap knock type
    drum juggle peek peer search check scan tilt dip hunch slouch tremble shiver shadowbox stab aim fire guard defend
    attack practise practice demonstrate show bring set extend spread circle pat brush pour serve sweep mop dig chase
    escape flee hide land recover regain lose assume adopt change switch reverse resume finish end
    leave arrive inspect examine cheer applaud celebrate pray meditate sniff row ski skate glide descend ascend faint
    surrender listen answer conduct strum preach beg plead somersault backflip wiggle groove spar paint cook smile kiss
    sob tie lurch skid dart plank yell scream sing
""")
BASES = TRAVEL | SETTLING | HALTING | OTHERS
DOUBLED = word_set("""
    run jog stop step skip sit spin nod clap slap grab drop swim hit put get flap flip slip trip hug tap rub hop jab
    beg spar skid trot strut chop dip bob pat shrug dig set mop scan drum begin sidestep squat stab stir signal
""")
PAST = {  # "": as the base, which it is taken for
    "run": "ran", "go": "went", "sit": "sat", "stand": "stood", "fall": "fell", "rise": "rose", "get": "got",
    "take": "took", "make": "made", "do": "did", "give": "gave", "begin": "began", "keep": "kept", "hold": "held",
    "throw": "threw", "catch": "caught", "shake": "shook", "strike": "struck", "swing": "swung", "bend": "bent",
    "kneel": "knelt", "swim": "swam", "creep": "crept", "spin": "spun", "fight": "fought", "drink": "drank",
    "eat": "ate", "speak": "spoke", "sleep": "slept", "shoot": "shot", "come": "came", "slide": "slid",
    "bring": "brought", "freeze": "froze", "lie": "lay", "stride": "strode", "sweep": "swept", "hide": "hid",
    "lose": "lost", "flee": "fled", "dig": "dug", "sing": "sang", "tie": "tied", "hit": "", "put": "", "set": "",
    "spread": "", "leave": "",
}  # fmt: skip
FORMS = ("base", "third", "gerund", "past")


def inflect(base: str, form: str) -> str:
    """A verb of BASES in one of FORMS; "" for a past that cannot be told from the base."""
    if form == "third":
        if base.endswith(("s", "x", "z", "ch", "sh", "o")):
            return base + "es"
        return base[:-1] + "ies" if re.search(r"[^aeiou]y$", base) else base + "s"
    if form == "gerund":
        if base.endswith("ie"):
            return base[:-2] + "ying"
        return (base + base[-1] if base in DOUBLED else re.sub(r"(?<=[^eo])e$", "", base)) + "ing"
    if form == "past":
        if base in PAST:
            return PAST[base]
        if re.search(r"[^aeiou]y$", base):
            return base[:-1] + "ied"
        return (base + base[-1] if base in DOUBLED else base.removesuffix("e")) + "ed"
    return base


KNOWN: dict[str, tuple[str, str]] = {
    word: (base, form) for form in reversed(FORMS) for base in sorted(BASES) if (word := inflect(base, form))
}  # word -> (base, form)
