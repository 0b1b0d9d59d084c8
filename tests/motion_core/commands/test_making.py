"""What commands that make motions share: options drawn from the cards, what is checked before torch is loaded."""

from __future__ import annotations

import argparse
import json

import pytest
from one_line import assert_one_line

from motion_core.catalog import CATALOG, all_settings
from motion_core.cli import make_parser
from motion_core.commands.making import add_clean_arguments, add_sampling_arguments, clean_of
from motion_core.formats.npz import read_npz
from motion_core.tasks import CleanUp

COMMANDS = ("generate", "complete", "edit", "sequence")
BESIDE = {"help", "json", "debug", "seed", "count", "model", "out", "device", "checkpoint", "raw"}


def options_of(*adders) -> dict[str, argparse.Action]:
    parser = argparse.ArgumentParser()
    for add in adders:
        add(parser)
    return {action.option_strings[-1][2:]: action for action in parser._actions}


def test_the_options_are_the_settings_of_the_cards():
    options = options_of(add_sampling_arguments)
    assert set(options) - BESIDE == set(all_settings())
    for name, setting in all_settings().items():
        option = options[name]
        assert option.type is setting.kind and option.default is None
        assert tuple(option.choices or ()) == setting.choices
        assert setting.help[1:] in option.help


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_every_setting(laban, command):
    status, said, _ = laban(command, "--help")
    assert status == 0
    for setting in all_settings().values():
        assert f"--{setting.name} " in said and " ".join(setting.help.split()[1:4]) in " ".join(said.split())


def test_a_setting_of_a_new_card_is_an_option_at_once(monkeypatch):
    from tiny_maker import CARD

    monkeypatch.setitem(CATALOG, "tiny", CARD)
    args = make_parser().parse_args(["generate", "--text", "walk", "--rounds", "4", "--out", "x.npz"])
    assert args.rounds == 4 and args.steps is None


def test_what_is_tidied():
    def parsed(*words: str) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        add_clean_arguments(parser, "")
        return parser.parse_args(words)

    assert clean_of(parsed()) is None
    assert clean_of(parsed("--feet")) is None
    assert clean_of(parsed("--no-feet")) == CleanUp(feet=False)
    assert clean_of(parsed("--smooth", "0.2", "--calm", "1")) == CleanUp(smooth=0.2, calm=1.0)


def test_settings_reach_the_model_and_are_told(laban, tiny_weights, tmp_path):
    out = tmp_path / "walk.npz"
    words = ("--steps", 2, "--guidance", 1.5, "--sampler", "ddim", "--spacing", 1.2, "--json")
    status, said, _ = laban("generate", "--action", "walk", "--seconds", 0.5, *words, "--out", out)
    told = {"steps": 2, "guidance": 1.5, "sampler": "ddim", "spacing": 1.2}
    assert status == 0 and told.items() <= read_npz(out).meta.items()
    assert told.items() <= json.loads(said)["motions"][0].items()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sampler", "euler"), "invalid choice: 'euler'"),
        (("--spacing", "9"), "spacing is 9.0: model 'mdm-action' takes a number from 1 to 4"),
        (("--rounds", "3"), "unrecognized arguments: --rounds"),
        (("--model", "dit-adaln-fast", "--steps", "9"), "needs a text"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_weights(laban, tmp_path, monkeypatch, words, told):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    status, _, err = laban("generate", "--action", "walk", *words, "--out", tmp_path / "x.npz")
    assert status == 2
    assert_one_line(err, told)


def test_no_clean_up_is_asked_for_by_raw(laban, tiny_weights, tmp_path):
    for name, more in (("raw", ["--raw"]), ("clean", [])):
        words = ("generate", "--action", "walk", "--seconds", 1, "--steps", 3, *more)
        assert laban(*words, "--out", tmp_path / f"{name}.npz")[0] == 0
    raw, clean = (read_npz(tmp_path / f"{name}.npz").joints() for name in ("raw", "clean"))
    assert abs(raw - clean).max() > 1e-6
