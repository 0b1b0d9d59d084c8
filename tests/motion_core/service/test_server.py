"""The real service as a process of its own, over real sockets."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tiny_service import LONG, WALK, RunningService, service_environment

from motion_core.formats.npz import bytes_to_motion
from motion_core.service.guard import MAX_BODY
from motion_core.service.options import parse_arguments
from motion_core.service.server import ServeError, check_options, open_folders

pytestmark = pytest.mark.slow


def run_serve(weights, *options, **environment):
    """A service that is expected to refuse to start: (exit status, standard error)."""
    done = subprocess.run(
        [sys.executable, "-m", "motion_core.service.server", *options],
        env={**service_environment(weights), **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr


def raw(service, data: bytes, timeout: float = 10.0) -> bytes:
    """What the service answers to these bytes, until it closes or says nothing more for a moment."""
    with socket.create_connection(("127.0.0.1", service.first["port"]), timeout=timeout) as plain:
        plain.sendall(data)
        plain.settimeout(1.0)
        answer = b""
        try:
            while part := plain.recv(65536):
                answer += part
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def test_one_line_then_motions(service):
    assert (
        set(service.first) == {"laban", "port", "token", "pid"}
        and service.first["pid"] == service.process.pid
    )
    assert len(service.first["token"]) >= 32
    job = service.submit(count=2)
    over = service.wait(job)
    assert 3500 < over.pop("kept_seconds") <= 3600
    assert over == {
        "id": job, "state": "done", "step": 4, "steps": 4, "seconds_left": 0.0, "message": "", "count": 2
    }  # fmt: skip
    motions = [bytes_to_motion(service.motion(job, index)) for index in (0, 1)]
    assert [motion.meta["seed"] for motion in motions] == [3, 4] and len(motions[0]) == 20
    health = service.http.get("/health").json()
    assert health["status"] == "ready" and "mdm" in health["loaded"] and health["device"] == "cpu"
    assert health["version"] == service.first["laban"] and "mdm-action" in health["models"]
    assert service.output().count("\n") == 1  # nothing but that line on standard output


def test_what_cannot_be_had_is_said(service):
    done = service.submit()
    service.wait(done)
    cases = [
        ("GET", "/nothing", 404, "/nothing"),
        ("PUT", "/jobs", 405, "PUT"),
        ("GET", "/jobs/0123", 404, "0123"),
        ("DELETE", "/jobs/0123", 404, "0123"),
        ("GET", "/jobs/..%2f..%2fetc%2fpasswd", 404, "Not Found"),
        ("GET", "/jobs/..%00..%5cpasswd", 404, "there is no job"),
        ("GET", "/../../etc/passwd", 404, ""),
        ("GET", f"/jobs/{done}/motion?index=1", 400, "results 0 to 0"),
        ("GET", f"/jobs/{done}/motion?index=-1", 400, "'-1'"),
        ("GET", f"/jobs/{done}/motion?index=..%2f", 400, "'../'"),
    ]
    for method, path, status, words in cases:
        answer = service.http.request(method, path)
        assert answer.status_code == status and words in answer.json()["error"], (method, path, answer.text)


def test_the_checkpoint_says_which_actions_there_are(service):
    service.wait(service.submit(WALK), "done")
    answer = service.http.post("/jobs", json={**WALK, "action": "wolk"})
    assert answer.status_code == 400 and "did you mean 'walk'?" in answer.json()["error"]


def test_bad_requests_leave_it_alive(service):
    for body in (b"{", b"[1]", b'{"text": ""}', b'{"text": "walk", "seconds": NaN}', b"[" * 50_000):
        answer = service.http.post("/jobs", content=body)
        assert answer.status_code == 400 and answer.json()["error"]
    answer = service.http.post("/jobs", content=bytes(MAX_BODY + 1))
    assert answer.status_code == 413 and str(MAX_BODY) in answer.json()["error"]
    answer = service.http.post("/jobs", json=service_task(service, count=64))
    ids = [answer.json()["id"]]
    while (
        answer := service.http.post("/jobs", json=service_task(service, count=64, steps=900))
    ).status_code == 202:
        ids.append(answer.json()["id"])
        assert len(ids) < 10
    assert answer.status_code == 429 and "the queue holds" in answer.json()["error"]
    for job in ids:
        assert service.http.delete(f"/jobs/{job}").json()["state"] == "cancelled"
    service.wait(service.submit(), "done")


def service_task(service, **change):
    return {"task": "generate", "text": "a person walks", "seconds": 9.8, "seed": 1, "steps": 900, **change}


def test_wrong_token_wrong_name_web_page(service):
    for headers, status in (
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": ""}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
    ):
        for path in ("/health", "/jobs/1", "/shutdown"):
            answer = service.http.post(path, headers=headers)
            assert answer.status_code == status and answer.json()["error"]
    assert service.process.poll() is None


def test_garbage_on_the_socket(service):
    rng = random.Random(4)
    assert b" 400 " in raw(service, b"hello there\r\n\r\n").split(b"\r\n")[0]
    assert b" 400 " in raw(service, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000).split(b"\r\n")[0]
    for _ in range(5):
        raw(service, rng.randbytes(2000) + b"\r\n\r\n")
    raw(service, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # the beginning of TLS
    raw(service, b"POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n")
    assert service.http.get("/health").status_code == 200


def test_cancel_frees_the_service_within_a_second_and_delivers_nothing(service):
    job = service.submit(LONG, count=32)  # without the cancel, half a minute
    now = service.wait(job, "running")
    while now["step"] < 5:
        now = service.state(job)
    assert now["steps"] == 32_000 and now["seconds_left"] > 0
    assert service.http.get(f"/jobs/{job}/motion").status_code == 409
    begun = time.monotonic()
    assert service.http.delete(f"/jobs/{job}").json()["state"] == "cancelled"
    service.wait(service.submit(WALK, steps=1), "done")
    assert time.monotonic() - begun < 2.0  # one, and room for a busy machine
    answer = service.http.get(f"/jobs/{job}/motion")
    assert answer.status_code == 409 and "cancelled" in answer.json()["error"]


def test_jobs_that_wait_together_run_together_and_keep_their_seeds(service):
    alone = service.submit(seed=7, steps=400)
    service.wait(alone, "done")
    blocker = service.submit(LONG)
    service.wait(blocker, "running")
    pair = [service.submit(seed=seed, steps=400) for seed in (8, 7)]
    assert [service.state(job)["state"] for job in pair] == ["queued", "queued"]
    service.http.delete(f"/jobs/{blocker}")
    service.wait(pair[0], "running")
    assert service.state(pair[1])["state"] == "running"
    for job in pair:
        service.wait(job, "done")
    a, b = (bytes_to_motion(service.motion(job)) for job in (alone, pair[1]))
    np.testing.assert_allclose(a.joints(), b.joints(), atol=1e-3)


def test_shutdown_ends_it(weights):
    running = RunningService(weights)
    try:
        assert running.http.post("/shutdown").json() == {"status": "stopping"}
        assert running.process.wait(10) == 0
    finally:
        running.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_sigterm_in_the_middle_of_a_job_ends_it_cleanly(weights):
    running = RunningService(weights, "--device", "cpu")
    try:
        running.wait(running.submit(LONG), "running")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10) == 0
        assert "Traceback" not in running.error_text()
    finally:
        running.stop()


def test_a_port_that_is_taken(weights):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, words = run_serve(weights, "--port", port)
    assert status == 1 and f"port {port}" in words and "--port" in words and "Traceback" not in words


def test_a_host_that_is_not_ours(weights):
    status, words = run_serve(weights, "--host", "192.0.2.1", "--token", "a-long-enough-token")
    assert status == 1 and "cannot listen on 192.0.2.1" in words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "needs a token of your own"),
        (["--host", "0.0.0.0", "--token", "short"], "has 5 characters"),
        (["--token", ""], "the token is empty"),
        (["--token", "two words"], "blanks"),
        (["--port", "70000"], "port is 70000"),
        (["--tls-cert", __file__], "belong together"),
        (["--tls-cert", "/nowhere.pem", "--tls-key", __file__], "no file /nowhere.pem"),
        (["--preload", "nobody"], "unknown model 'nobody'"),
    ],
)
def test_unsafe_or_impossible_options_are_refused(options, words, monkeypatch):
    monkeypatch.delenv("LABAN_TOKEN", raising=False)
    with pytest.raises((ValueError, ServeError), match=words):
        check_options(parse_arguments(options))


def test_the_token_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("LABAN_TOKEN", "from-the-environment")
    assert check_options(parse_arguments([])) == "from-the-environment"
    assert check_options(parse_arguments(["--token", "given"])) == "given"
    assert check_options(parse_arguments(["--host", "0.0.0.0"])) == "from-the-environment"
    monkeypatch.delenv("LABAN_TOKEN")
    assert check_options(parse_arguments([])) != check_options(parse_arguments([]))


def test_an_absent_gpu_is_refused_at_the_start(weights):
    status, words = run_serve(weights, "--device", "cuda:99")
    assert status == 1 and "cuda:99" in words and "use auto or cpu" in words


PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "motion_core.service.server", "--parent", str(os.getpid())])
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks for the state of a process in POSIX manner")
def test_a_service_whose_parent_is_killed_ends_itself(weights, tmp_path):
    out = tmp_path / "out"
    with out.open("wb") as file:
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT], stdout=file, stderr=subprocess.DEVNULL,
            env=service_environment(weights),
        )  # fmt: skip
    end = time.monotonic() + 60
    while b"\n" not in out.read_bytes() and time.monotonic() < end:
        time.sleep(0.02)
    first = json.loads(out.read_bytes())
    parent.kill()
    parent.wait()
    assert_gone(first["port"], within=8.0)


def test_a_busy_service_ends_with_the_process_it_was_told_to_watch(weights):
    watched = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    running = RunningService(weights, "--parent", str(watched.pid), "--device", "cpu")
    try:
        running.wait(running.submit(LONG), "running")
        assert running.process.poll() is None
        watched.kill()
        watched.wait()
        assert running.process.wait(8) == 0
    finally:
        running.stop()


def assert_gone(port: int, within: float) -> None:
    """Nobody listens on the port any more."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise AssertionError(f"port {port} still answers (this process is {os.getpid()})")


def test_results_of_any_kind_come_by_one_address(service):
    job = service.submit(
        {"task": "generate", "model": "mdm-action", "action": "walk", "seconds": 1.0, "count": 2}
    )
    assert service.wait(job)["state"] == "done"
    for place in (0, 1):
        answer = service.http.get(f"/jobs/{job}/result?index={place}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.content == service.motion(job, place)
        assert len(bytes_to_motion(answer.content)) == 20


@pytest.mark.parametrize(
    ("options", "folders"),
    [
        ([], None),
        (["--library", "."], [Path()]),
        (["--host", "0.0.0.0", "--token", "x" * 20], []),
        (["--host", "0.0.0.0", "--token", "x" * 20, "--library", "."], [Path()]),
    ],
)
def test_other_machines_search_only_what_is_named(options, folders):
    args = parse_arguments(options)
    check_options(args)
    assert open_folders(args) == folders


def test_a_library_option_that_is_no_folder():
    with pytest.raises(ServeError, match="there is no folder /no/such"):
        check_options(parse_arguments(["--library", "/no/such"]))


def test_results_lie_on_disk_until_the_service_ends_and_what_a_crash_left_is_swept(weights, tmp_path):
    def folders() -> list[str]:
        return sorted(path.name for path in tmp_path.glob("laban-results-*"))

    killed = RunningService(weights, "--device", "cpu", temporary=tmp_path)
    assert killed.wait(killed.submit(WALK))["state"] == "done"
    assert len(left := folders()) == 1
    killed.stop()  # by force
    assert folders() == left
    running = RunningService(weights, "--device", "cpu", temporary=tmp_path)
    try:
        job = running.submit(WALK)
        assert running.wait(job)["state"] == "done" and len(running.motion(job)) > 1000
        assert len(folders()) == 1 and folders() != left
        running.http.post("/shutdown")
        assert running.process.wait(10) == 0
        assert folders() == []
    finally:
        running.stop()


@pytest.mark.parametrize("parent", ["0", "-1"])
def test_a_parent_is_a_process(parent):
    with pytest.raises(ServeError, match=f"--parent is {parent}: give the number"):
        check_options(parse_arguments([f"--parent={parent}"]))
