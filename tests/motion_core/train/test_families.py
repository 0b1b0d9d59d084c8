"""Which family a TOML file is for."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from tiny_tmr import TMR_CONFIG

from motion_core.train.config import ConfigError, read_config
from motion_core.train.families import TRAINED, family_of, trainer

CONFIGS = Path(__file__).resolve().parents[3] / "training" / "configs"


def test_a_config_class_refuses_the_family_of_another(tmp_path):
    config = tmp_path / "x.toml"
    config.write_text('family = "dit"\n' + TMR_CONFIG)
    with pytest.raises(ConfigError, match="this is the configuration of 'tmr'"):
        read_config(config, trainer("tmr")[0])


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda p: p.name)
def test_every_config_says_what_it_is_for(path):
    if path.stem == "distil":
        with pytest.raises(ConfigError, match=r"distil\.py"):
            family_of(path)
    else:
        assert family_of(path) in TRAINED and isinstance(
            read_config(path, trainer(family_of(path))[0]), object
        )


def test_files_of_before_the_key_are_recognised(tmp_path):
    old = tmp_path / "old.toml"
    old.write_text((CONFIGS / "tiny.toml").read_text().replace('family = "mdm"\n', ""))
    assert family_of(old) == "mdm"


def told(tmp_path, text: str) -> Path:
    file = tmp_path / "x.toml"
    file.write_text(text)
    return file


def test_a_change_may_say_the_family_and_a_script_where_none_is_said(tmp_path):
    file = told(tmp_path, "[loop]\nsteps = 1\n")
    assert family_of(file, ["family=dit"]) == "dit" and family_of(file, otherwise="tmr") == "tmr"
    assert family_of(told(tmp_path, 'family = "mdm"\n'), otherwise="tmr") == "mdm"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('family = "vae"', "the family is 'vae'; use one of mdm, dit, tmr"),
        ("batch_size = 3", "the key 'family' is missing; use one of mdm, dit, tmr"),
        ("substeps = 3", r"run training/distil\.py"),
    ],
)
def test_files_of_no_family_are_named(tmp_path, text, words):
    with pytest.raises(ConfigError, match=words):
        family_of(told(tmp_path, text))


@pytest.mark.parametrize("family", TRAINED)
def test_every_family_has_a_dataclass_and_a_beginning(family):
    config, begin = trainer(family)
    assert is_dataclass(config) and {"loop", "family"} <= {f.name for f in fields(config)} and callable(begin)
