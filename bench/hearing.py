"""Milliseconds that hearing a prompt takes. Run: python bench/hearing.py

Processor time of this process: on a busy machine the wall clock says how busy it was. The text encoder reads each
sentence for the model anyway, and its cache is shared: its time is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from motion_core.hearing.hearing import hear, judge
from motion_core.hearing.known import load_known
from motion_core.hearing.spelling import english_words, read_vocabulary, spell
from motion_core.text import shared_encoder

RIGHT = "a person walks forward and waves with the right hand, take {}"
WRONG = "a persn wlaks foward and waevs with the rigth hand, take {}"
COUNT = 50


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def each(work: Callable[[str], object], pattern: str) -> float:
    """The mean over COUNT sentences, none of which was heard before."""
    texts = [pattern.format(chr(97 + n % 26) * (n // 26 + 1)) for n in range(COUNT)]
    return milliseconds(lambda: [work(text) for text in texts]) / COUNT


def main() -> None:
    torch.set_num_threads(1)
    print(f"first, once a process: vocabulary  {milliseconds(read_vocabulary):7.1f} ms")
    print(f"  what was learnt                  {milliseconds(load_known):7.1f} ms")
    print(f"  English list, for rare words     {milliseconds(english_words):7.1f} ms")
    print(f"  a first mistake                  {milliseconds(lambda: spell('a persn')):7.1f} ms")
    print(f"then: a prompt without mistakes    {each(hear, RIGHT):7.2f} ms")
    print(f"  with four                        {each(hear, WRONG):7.2f} ms")
    encoder = shared_encoder("minilm")
    texts = [RIGHT.format(chr(97 + n % 26) * (n // 26 + 2)) for n in range(COUNT)]
    encoder.encode(texts)
    judge("a person walks")
    cost = milliseconds(lambda: [judge(text) for text in texts]) / COUNT
    print(f"  how far it is from all learnt    {cost:7.2f} ms")


if __name__ == "__main__":
    main()
