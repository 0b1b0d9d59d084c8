"""A configuration stops the run at the first thing it does not understand, and says which."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from motion_core.train.config import ConfigError, LoopConfig, read_config, table_to_config


@dataclass(frozen=True)
class Inner:
    width: int = 4
    scales: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = Inner()
    rate: float = 0.5
    note: str | None = None
    weights: dict[str, float] = field(default_factory=dict)


def test_nested_tables_become_dataclasses(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(
        'name = "a"\nrate = 2\n[inner]\nscales = [1, 2.5]\n[weights]\nfoot = 1\n', encoding="utf-8"
    )
    expected = Outer("a", Inner(scales=(1.0, 2.5)), rate=2.0, weights={"foot": 1.0})
    assert read_config(path, Outer) == expected
    assert isinstance(read_config(path, Outer).rate, float)


def test_changes_stand_for_lines_of_the_file(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('name = "a"\n[inner]\nscales = [1]\n', encoding="utf-8")
    changes = ("name=three words = one", "rate=2", "inner.width=8", "weights.foot=1e1", "note='2'")
    expected = Outer("three words = one", Inner(8), 2.0, "2", {"foot": 10.0})
    assert read_config(path, Outer, changes) == expected
    assert read_config(path, Outer) == Outer("a")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("inner.widht=8", r"x\.toml: unknown key 'inner\.widht'"),
        ("inner.width=wide", r"'inner\.width' is 'wide': it must be of type int"),
        ("inner.width", "'inner.width' changes nothing: write KEY=VALUE"),
        ("=3", "'=3' changes nothing"),
        ("inner..width=3", "changes nothing"),
        ("name.first=b", "the key 'name' of 'name.first=b' is 'a', not a table"),
    ],
)
def test_changes_that_cannot_be_made_are_named(tmp_path, change, message):
    path = tmp_path / "x.toml"
    path.write_text('name = "a"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_config(path, Outer, [change])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"name": "a", "inner": {"widht": 3}}, r"unknown key 'inner\.widht'; known are width, scales"),
        ({"nam": "a"}, "unknown key 'nam'"),
        ({}, "key 'name' is missing"),
        ({"name": 3}, "key 'name' is 3: it must be of type str"),
        ({"name": "a", "rate": "fast"}, "key 'rate' is 'fast': it must be of type float"),
        ({"name": "a", "rate": True}, "key 'rate' is True"),
        ({"name": "a", "note": 3}, "key 'note' is 3"),
        ({"name": "a", "inner": 3}, "key 'inner' is 3"),
        ({"name": "a", "inner": {"width": 1.5}}, r"'inner\.width' is 1\.5: it must be of type int"),
        ({"name": "a", "inner": {"width": True}}, r"'inner\.width' is True"),
        ({"name": "a", "inner": {"scales": [1, "x"]}}, r"'inner\.scales\[1\]' is 'x'"),
        ({"name": "a", "weights": {"foot": "x"}}, r"'weights\.foot' is 'x'"),
    ],
)
def test_unknown_missing_and_wrong_are_named(table, message):
    with pytest.raises(ConfigError, match=message):
        table_to_config(table, Outer)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, r"loop\.steps is 0"),
        ({"save_every": 30, "log_every": 20}, "must be a multiple of loop.log_every"),
        ({"precision": "fp16"}, "use one of auto, bf16, fp32"),
        ({"ema_decay": 1.0}, "must lie in"),
        ({"betas": [0.9]}, "'betas' is"),
        ({"seed": -1}, "must not be negative"),
    ],
)
def test_loop_values_are_checked(change, message):
    with pytest.raises(ConfigError, match=message):
        table_to_config({"steps": 10, **change}, LoopConfig)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text("steps = ", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.toml is no valid TOML"):
        read_config(path, LoopConfig)
    path.write_text("stepz = 3", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.toml: unknown key 'stepz'"):
        read_config(path, LoopConfig)


def test_nothing_is_a_value_where_it_is_allowed():
    assert table_to_config({"name": "a", "note": None}, Outer).note is None
    with pytest.raises(ConfigError, match="'name' is None"):
        table_to_config({"name": None}, Outer)
