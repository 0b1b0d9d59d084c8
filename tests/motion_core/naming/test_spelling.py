"""What single names say."""

from __future__ import annotations

import pytest

from motion_core.naming.spelling import spell, split_name


@pytest.mark.parametrize(
    ("name", "side", "word"),
    [
        ("LeftUpLeg", "left", "upleg"), ("thigh.L", "left", "thigh"), ("R_Hand", "right", "hand"),
        ("lShin", "left", "shin"), ("Bip01 L Thigh", "left", "thigh"), ("Head", None, "head"),
        ("LowerBack", None, "lowerback"), ("root", None, "root"), ("J_left_knee", "left", "knee"),
        ("Actor:mixamorig7:LeftArm", "left", "arm"), ("Armature|mixamorigRightHand", "right", "hand"),
        ("lfemur", "left", "femur"), ("leftupleg", "left", "upleg"), ("LUArm", "left", "uarm"),
        ("calf_r", "right", "calf"),
        ("左足首", "left", "足首"), ("右ひざ", "right", "ひざ"), ("Fuß_links", "left", "fuss"), ("Tête", None, "tete"),
        ("Mão_direita", "right", "mao"), ("CC_Base_L_ToeBase", "left", "toe"), ("spine_03", None, "spine"),
        ("Root_M", None, "root"), ("lft_shin_jnt", "left", "shin"), ("", None, ""), ("_", None, ""), ("1", None, ""),
    ],
)  # fmt: skip
def test_side_and_word(name, side, word):
    assert split_name(name) == (side, word)


@pytest.mark.parametrize(
    "name", ["LeftHandThumb1", "index_01_l", "eye.L", "足ＩＫ.L", "親指０.L", "CC_Base_L_Breast", "Tail", "ik_foot_l",
             "f_middle.01.L", "腕捩.L", "J_Sec_Hair1_01"],
)  # fmt: skip
def test_names_of_other_things_are_strangers(name):
    said = spell([name])[0]
    assert said.stranger and not said.fits


def test_what_stands_beside_a_word_takes_a_little_off():
    plain, more, twist = spell(["thigh_l", "left_thigh_xyz", "thigh_twist_01_l"])
    assert plain.fits["hip"] == 1.0 and more.fits["hip"] == pytest.approx(0.85)
    assert twist.fits["hip"] == pytest.approx(0.5) and twist.numbers == (1,)
    assert "knee" not in plain.fits


def test_xsens_vertebrae_are_no_left_side():
    for name in ("L5", "L3", "T12", "T8"):
        assert split_name(name) == (None, "spine")


def test_words_that_all_names_have_say_nothing():
    said = spell(
        [
            f"bob_{part}_l"
            for part in ("thigh", "shin", "foot", "toe", "hand", "forearm", "upperarm", "clavicle")
        ]
    )
    assert all(max(one.fits.values()) == 1.0 for one in said if one.word not in ("foot", "hand"))


def test_rare_words_for_sides_count_where_there_are_no_others():
    french = [f"{part}.{side}" for part in ("Cuisse", "Jambe", "Pied", "Main", "Bras") for side in "GD"]
    assert [one.side for one in spell(french)] == ["left", "right"] * 5
    assert spell(["足D.L", "足D.R"])[0].side == "left"
    maya = [f"{side}_{part}" for part in ("Thigh", "Shin", "Foot", "Hand", "Elbow") for side in ("Lf", "Rt")]
    assert [one.side for one in spell(maya)] == ["left", "right"] * 5


def test_blenders_own_back():
    said = spell(["spine", "spine.001", "spine.002", "spine.003", "spine.004", "spine.005", "spine.006"])
    assert [next(iter(one.fits), None) for one in said] == ["pelvis", *["spine"] * 3, "neck", None, "head"]
    said = spell(["spine", "spine.001", "spine.002", "spine.003", "neck", "head"])
    assert [next(iter(one.fits), None) for one in said] == ["pelvis", *["spine"] * 3, "neck", "head"]


def test_toes_below_an_ankle_and_a_foot_are_the_tip():
    ankle, foot, toe = spell(["mAnkleLeft", "mFootLeft", "mToeLeft"])
    assert foot.fits["foot"] > toe.fits["foot"] and ankle.fits["ankle"] > foot.fits["ankle"]
    assert spell(["LeftFoot", "LeftToe"])[0].fits["foot"] < 0.6


def test_a_name_without_end_is_read_at_once():
    """Of a file's faults: 400,000 characters in one name; only the last ones are read."""
    said = spell(["Hips" * 100_000, "L" * 100_000 + ":LeftFoot"])
    assert len(said) == 2 and split_name("x" * 10**6 + ":LeftUpLeg") == ("left", "upleg")
