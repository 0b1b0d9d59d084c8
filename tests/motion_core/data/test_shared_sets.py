"""The project's data folder: which files, which words, which side; and small tables with faults in them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from motion_core.data.captures import CaptureFile, Cut
from motion_core.data.recordings import check_split
from motion_core.data.shared_sets import Kin, bandai_action, shared_files, trial_cuts, with_split

TRIALS = "file,source,seconds,description,same_motion_as,from_format\n"
CLIPS = "clip_id,source,file,start,end,split,object,caption\n"


def folder(place: Path, trials: str, clips: str) -> Path:
    (place / "trials.csv").write_text(TRIALS + trials)
    (place / "clips.csv").write_text(CLIPS + clips)
    return place


def cut(start: float, end: float | None, official: str = "train", **more) -> Cut:
    return Cut(f"{start}", start, end, official, ("a person walks",), official=official, **more)


def test_trials_and_their_words():
    trial = {"file": "Male1_B3_Walk", "source": "accad", "seconds": "6.1", "description": ""}
    (whole,) = trial_cuts(trial, [])
    assert (whole.captions, whole.action, whole.weak) == ((), "walk", True)
    cmu = trial | {"file": "60_01", "source": "cmu", "seconds": "30"}
    assert [c.captions for c in trial_cuts(cmu | {"description": "salsa dance"}, [])] == [
        ("salsa dance",)
    ] * 4
    assert [c.captions for c in trial_cuts(cmu | {"description": "jump, balance"}, [])] == [()] * 4
    (short,) = trial_cuts(cmu | {"seconds": "4", "description": "jump, balance"}, [])
    assert short.captions == ("jump, balance",) and short.weak


def test_what_is_left_of_a_recording_is_cut_too():
    trial = {"file": "07_01", "source": "cmu", "seconds": "20", "description": "walk"}
    cuts = trial_cuts(trial, [cut(0, 5), cut(4, 9, "val")])
    assert [(c.start, c.official, c.weak) for c in cuts[:2]] == [(0, None, False), (4, "val", False)]
    assert all(c.weak and c.official is None and c.start >= 9 for c in cuts[2:]) and len(cuts) > 2


def test_what_a_thing_carries_is_left_out():
    trial = {"file": "01_06", "source": "cmu", "seconds": "9", "description": "playground - climb, hang"}
    assert trial_cuts(trial, []) == []
    walks = cut(0, 5)
    assert [c.thing for c in trial_cuts(trial, [walks])] == [True]
    swings = Cut("s", 0, 5, "train", ("he swings his legs",), thing=True)
    assert trial_cuts(trial, [swings]) == []
    jumps_rope = Cut("r", 0, 5, "train", ("he is hanging around",))  # nothing takes part here
    assert len(trial_cuts(trial | {"description": "talk", "seconds": "5"}, [jumps_rope])) == 1


def files_of(names: dict[str, int]) -> list[CaptureFile]:
    return [
        CaptureFile(name, "cmu", True, tuple(cut(i, i + 1) for i in range(clips)) + (cut(50, 60, weak=True),))
        for name, clips in names.items()
    ]


def test_no_repetition_is_on_both_sides():
    files = files_of({f"{actor}_{take}": 2 for actor in range(160) for take in range(3)})
    kin = {f.name: Kin((f"{f.name.split('_')[0]}:walk",), "walk", "cmu") for f in files}
    made = with_split(files, kin)
    check_split([(c.id, c.split, f.name, f.group) for f in made for c in f.cuts])
    held = [f for f in made if f.cuts[0].split == "val"]
    assert len({f.group for f in held}) == 16 and len(held) == 48  # a tenth
    assert not any(c.weak for f in held for c in f.cuts)
    assert len({f.group for f in made}) == 160


def test_faults_of_tables_are_named(tmp_path):
    walks = "07_01,cmu,4,walk,16_01,fbx@12\n16_01,cmu,4,walk,,fbx@24\n07_01,cmu,4,walk,,fbx@24\n"
    clips = (
        "a,cmu,07_01,0,3,train,0,a person walks\n"
        "a,cmu,08_01,0,3,train,0,a person runs\n"
        "b,cmu,09_01,0,3,train,0,a person sits\n"
        "c,cmu,08_01,0,3,train,0,eine Person läuft mit der Hand\n"
    )
    faults: list[str] = []
    files = shared_files(folder(tmp_path, walks + "08_01,cmu,4,run,,fbx@24\n", clips), faults)
    assert [(f.name, f.sparse) for f in files] == [("07_01", True), ("08_01", False)]
    text = "\n".join(faults)
    assert "16_01 is listed twice, or is the twin of 07_01" in text and text.count("listed twice, or") == 2
    assert "clip a is listed twice, in 08_01 too" in text
    assert "line 5 (08_01): its caption is not English (German)" in text
    assert "names 09_01, which is not among the recordings" in text
    with pytest.raises(FileNotFoundError, match=r"clips\.csv does not exist"):
        (tmp_path / "clips.csv").unlink()
        shared_files(tmp_path, [])


def test_labels_of_the_other_sets(tmp_path):
    folder(tmp_path, "07_01,cmu,4,walk,,fbx@24\n", "a,cmu,07_01,0,3,train,0,a person walks\n")
    tables = {
        "bandai": "file,dataset,content,style,split\nd1,dataset-1,dance short,normal,val\n",
        "snu_walk": "file,seconds,label,object\nw,30,walk normal slope 90 left up,1\n",
        "hdm05": "file,class,sentence\nHDM_bd_squat_001_120,squat1Reps,a person does a squat\n",
    }
    for name, text in tables.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "labels.csv").write_text(text)
    assert {f.source for f in shared_files(tmp_path, [])} == {"cmu", "bandai", "snu"}
    files = {f.source: f for f in shared_files(tmp_path, [], share_alike=True)}
    assert {name: f.free for name, f in files.items()} == {
        "cmu": True,
        "bandai": False,
        "snu": True,
        "hdm05": False,
    }
    assert (files["bandai"].cuts[0].action, files["bandai"].cuts[0].official) == ("dance", "val")
    assert (
        files["snu"].cuts[0].captions == ("a person walks up a slope and turns left",)
        and len(files["snu"].cuts) == 4
    )
    assert files["hdm05"].cuts[0].captions == ("a person does a squat",) and files["hdm05"].cuts[0].weak
    assert bandai_action("walk long") == "walk"


@pytest.mark.shared_data
def test_the_data_folder(shared_data):
    faults: list[str] = []
    files = shared_files(shared_data, faults, share_alike=True)
    cuts = [(c, f) for f in files for c in f.cuts]
    assert "13_18" not in {f.name for f in files}  # broken
    check_split([(c.id, c.split, f.name, f.group) for c, f in cuts])
    assert len({c.id for c, _ in cuts}) == len(cuts)
    assert all(f.free == (f.source not in ("bandai", "hdm05")) for f in files)
    assert not any("http" in caption for c, _ in cuts for caption in c.captions)
    assert all("not English" not in fault for fault in faults)
    described = [c for c, _ in cuts if c.captions and not c.weak]
    held = [c for c in described if c.split == "val"]
    assert 0.05 < len(held) / len(described) < 0.12 and sum(len(c.captions) for c in held) > 300
    assert sum(c.official == "val" for c in described) > 100
    sides = defaultdict(set)  # twins and takes were joined: an actor's walks are on one side
    for c, f in cuts:
        if f.name.startswith(("07_", "08_")):
            sides[f.name[:2]].add(c.split)
    assert all(len(found) == 1 for found in sides.values())
