"""The add-on's client against the real service, and against what else may answer on its port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from tiny_service import LONG, TASK, WALK, RunningService

from motion_core.formats.npz import bytes_to_motion

pytestmark = pytest.mark.slow

WORST_POLL = 0.25  # seconds; the aim is 0.05, a busy machine may stop us anywhere


@pytest.fixture(scope="module")
def client(addon):
    return addon("backend.client")


@pytest.fixture(autouse=True)
def _environment(weights, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="module")
def shared(client, weights):
    """One local service for the tests that leave it alive."""
    os.environ.update(LABAN_WEIGHTS=str(weights), OMP_NUM_THREADS="1")
    service = client.Service()
    service.start(sys.executable, device="cpu", preload="mdm")
    assert service.wait_ready(60), service.message
    yield service
    process = service._child.process
    service.stop()
    assert process.returncode is not None and service.state == "off"


@pytest.fixture
def service(client):
    """A service of the test's own; afterwards no process of it is left, not even a zombie."""
    before = children()
    service = client.Service()
    yield service
    service.stop()
    drive(service, lambda: children() <= before, timeout=5.0)


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def drive(what, until, timeout=60.0):
    """Poll `what` until `until()`; returns the longest poll in seconds."""
    end, worst = time.monotonic() + timeout, 0.0
    while not until():
        assert time.monotonic() < end, (getattr(what, "state", ""), getattr(what, "message", ""))
        begun = time.perf_counter()
        what.poll()
        worst = max(worst, time.perf_counter() - begun)
        time.sleep(0.005)
    return worst


def test_a_sentence_becomes_motions_without_a_pause(shared):
    job = shared.submit({**TASK, "count": 3, "steps": 60})
    seen = []
    worst = drive(job, lambda: seen.append((job.state, job.progress)) or job.done)
    assert job.state == "done", job.message
    motions = [bytes_to_motion(result.body) for result in job.results]
    assert [motion.meta["seed"] for motion in motions] == [3, 4, 5]
    assert worst < WORST_POLL
    shares = [share for _, share in seen]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert shared.health["status"] in ("ready", "running", "loading") and shared.is_local


def test_a_prompt_is_asked_after_without_a_pause(shared, client):
    question = shared.knows("a persn wlaks")
    drive(question, lambda: question.done)
    assert "read as 'a person walks'" in client.heard_by(question)
    question = shared.knows(" ")
    drive(question, lambda: question.done)
    assert question.state == "failed" and client.heard_by(question) == ""


def test_two_jobs_at_a_time(shared):
    jobs = [shared.submit({**TASK, "seed": seed, "steps": 100}) for seed in (1, 2)]
    drive(jobs[0], lambda: jobs[1].poll() and jobs[0].done)
    assert [job.state for job in jobs] == ["done", "done"] and jobs[0].results[0].body != jobs[1].results[
        0
    ].body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": " "}, "the prompt is empty"),
        ({"seconds": 601.0}, "seconds is 601"),
        ({"model": "nobody"}, "unknown model 'nobody'; there are mdm"),
        ({"colour": 1}, "unknown field 'colour'"),
    ],
)
def test_a_refused_task_carries_the_reason(shared, change, words):
    job = shared.submit({**TASK, **change})
    assert not job.wait(20) and job.state == "failed" and words in job.message


def test_cancel_never_delivers_and_reaches_the_service(shared):
    job = shared.submit({**LONG, "count": 32})
    drive(job, lambda: job.step > 3)
    assert job.seconds_left > 0
    job.cancel()
    assert job.state == "cancelled" and job.poll() and job.results == []
    after = shared.submit(TASK)
    assert after.wait(20), after.message  # far sooner than the 32 long ones
    assert job.state == "cancelled" and job.results == [] and not shared._closing


@pytest.mark.parametrize("polls", [0, 1, 2, 4])
def test_cancel_right_after_submit(shared, polls):
    job = shared.submit({**LONG, "count": 32})
    for _ in range(polls):
        job.poll()
    job.cancel()
    job.cancel()
    drive(shared, lambda: not shared._closing)
    assert job.state == "cancelled" and job.results == []
    assert shared.submit(TASK).wait(20)  # the service is free: the cancelled one is not running there


def test_wait_gives_up(shared):
    job = shared.submit({**LONG, "count": 32})
    assert not job.wait(0.3)
    assert job.state == "cancelled" and "not finished within 0.3 seconds" in job.message


def test_a_job_waits_for_a_service_that_starts_and_stop_ends_everything(service):
    service.start(sys.executable, device="cpu")
    job = service.submit(WALK)
    assert job.state == "waiting" and service.state == "starting"
    worst = drive(job, lambda: job.done)
    assert job.state == "done", job.message
    assert worst < WORST_POLL
    second = service.submit({**LONG, "count": 32})
    drive(second, lambda: second.state == "running")
    process, folder = service._child.process, service._child.folder
    service.stop()
    assert process.returncode in (0, -9) and not folder.exists() and service.state == "off"
    assert second.poll() and second.state == "failed" and "start it first" in second.message
    assert job.state == "done" and job.results
    service.stop()


signals = pytest.mark.skipif(sys.platform == "win32", reason="kills and stops with signals")
HALF = {**WALK, "seconds": 9.8, "steps": 300}  # a second or two of work


@signals
def test_a_backend_killed_in_the_middle_is_replaced_and_the_job_made_again_once(service):
    service.start(sys.executable, device="cpu")
    job = service.submit(HALF)
    drive(job, lambda: job.step > 0)
    process, folder = service._child.process, service._child.folder
    os.kill(process.pid, signal.SIGKILL)
    worst = drive(job, lambda: job.done)
    assert job.state == "done" and len(job.results) == 1, job.message
    assert service._child.process is not process and worst < WORST_POLL
    assert process.returncode == -9 and not folder.exists()
    second = service.submit(HALF)
    for _ in range(2):
        drive(second, lambda: second.step > 0)
        os.kill(service._child.process.pid, signal.SIGKILL)
        drive(second, lambda: second.step == 0 or second.done)
    assert second.state == "failed" and "ended unexpectedly (signal 9)" in second.message
    assert service.submit(WALK).wait(60)  # a new job has a new try


@signals
def test_two_jobs_of_a_lost_backend_are_both_made_again(service):
    service.start(sys.executable, device="cpu")
    jobs = [service.submit({**HALF, "seed": seed}) for seed in (1, 2)]
    drive(jobs[0], lambda: (jobs[1].poll() and jobs[0].done) or jobs[0].step > 0)
    os.kill(service._child.process.pid, signal.SIGKILL)
    drive(jobs[0], lambda: [job.poll() for job in jobs] == [True, True])
    assert [job.state for job in jobs] == ["done", "done"]
    assert jobs[0].results[0].body != jobs[1].results[0].body


@signals
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_backend_lost_while_idle_does_not_fail_the_next_job(service, number):
    service.start(sys.executable, device="cpu")
    assert service.submit(WALK).wait(60)
    process = service._child.process
    os.kill(process.pid, number)
    job = service.submit(WALK)
    begun = time.monotonic()
    worst = drive(job, lambda: service.life == 2)
    assert time.monotonic() - begun < 5 and worst < WORST_POLL
    drive(job, lambda: job.done)
    assert job.state == "done", job.message
    drive(service, lambda: process.returncode == -9)


@signals
def test_a_question_is_not_worth_a_new_backend(service):
    service.start(sys.executable, device="cpu")
    assert service.wait_ready(60)
    os.kill(service._child.process.pid, signal.SIGKILL)
    question = service.knows("a person walks")
    drive(question, lambda: question.done)
    assert question.state == "failed" and service.life == 1 and service.lost
    assert service.submit(WALK).wait(60) and service.life == 2


@signals
def test_a_backend_that_hangs_in_the_middle_is_replaced_within_five_seconds(service):
    service.start(sys.executable, device="cpu")
    job = service.submit(HALF)
    drive(job, lambda: job.step > 0)
    process = service._child.process
    process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    worst = drive(job, lambda: service.life == 2)
    assert time.monotonic() - begun < 5 and worst < WORST_POLL
    assert "it gave no answer for 3 seconds" in service.message
    drive(job, lambda: job.done)
    assert job.state == "done" and process.returncode == -9


@signals
def test_one_that_pauses_for_a_moment_is_left_alone(service):
    service.start(sys.executable, device="cpu")
    assert service.submit(WALK).wait(60)
    process = service._child.process
    job = service.submit(HALF)
    drive(job, lambda: job.step > 0)
    process.send_signal(signal.SIGSTOP)
    end = time.monotonic() + 1.5
    drive(job, lambda: time.monotonic() > end)
    process.send_signal(signal.SIGCONT)
    drive(job, lambda: job.done)
    assert job.state == "done" and service.life == 1 and service._child.process is process


@signals
def test_that_nobody_looked_for_a_while_is_no_silence(service):
    """Blender renders for minutes, and its timers stand still."""
    service.start(sys.executable, device="cpu")
    assert service.submit(WALK).wait(60)
    job = service.submit(HALF)
    drive(job, lambda: service._watch._request is not None)
    time.sleep(5.0)
    drive(job, lambda: job.done)
    assert job.state == "done" and service.life == 1


@signals
def test_a_hung_backend_is_dropped_without_waiting(service):
    service.start(sys.executable, device="cpu", preload="mdm")
    assert service.wait_ready(60)
    process, folder = service._child.process, service._child.folder
    process.send_signal(signal.SIGSTOP)
    begun = time.perf_counter()
    service.stop(wait=0.0)
    assert time.perf_counter() - begun < WORST_POLL and service.state == "off"
    worst = drive(service, lambda: process.returncode is not None, timeout=5.0)
    assert process.returncode == -9 and worst < WORST_POLL and not folder.exists()


@signals
@signals
def test_the_folder_of_a_blender_that_crashed_is_swept_by_the_next_service(client, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    crashed = subprocess.Popen([sys.executable, "-c", ""])
    crashed.wait()
    left = tmp_path / f"laban-{crashed.pid}-abc"
    left.mkdir()
    (left / "stdout.txt").write_text("{}")
    service = client.Service()
    service.start(sys.executable, device="cpu")
    assert service.submit(WALK).wait(60)
    assert not left.exists()
    folder = service._child.folder
    assert folder.parent == tmp_path and list(folder.glob("laban-results-*"))  # which goes with it
    service.stop()
    assert not any(tmp_path.iterdir())


def test_a_service_elsewhere_that_is_gone_is_told_and_not_started_anew(service, weights):
    running = RunningService(weights, "--device", "cpu")
    service.connect(running.url, running.first["token"])
    assert service.wait_ready(20) and not service.is_local
    running.stop()
    job = service.submit(WALK)
    drive(job, lambda: job.done)
    assert job.state == "failed" and "cannot be reached" in job.message and not service.lost
    drive(service, lambda: service.state == "failed")  # so that the next use looks for it anew


def test_a_wrong_interpreter_fails_at_once(service):
    service.start("/nowhere/python")
    job = service.submit(WALK)
    assert job.poll() and job.state == "failed" and "/nowhere/python" in job.message
    assert service.poll() == "failed"


def test_a_job_without_a_service(service):
    job = service.submit(WALK)
    assert job.poll() and job.state == "failed" and "start it first" in job.message


def test_a_remote_service_with_its_token(service, shared):
    service.connect(f"http://localhost:{shared.address.port}", f" {shared.address.token}\n")
    assert service.wait_ready(20), service.message
    assert not service.is_local and service.submit(TASK).wait(30)
    service.stop()
    assert shared.poll() == "ready"  # somebody else's service is left alone


def test_a_wrong_token_is_told(service, shared):
    service.connect(f"127.0.0.1:{shared.address.port}", "wrong")
    assert not service.wait_ready(20) and "refuses the token" in service.message


@pytest.mark.parametrize(
    ("address", "token", "words"), [("ftp://x", "", "is not one"), ("127.0.0.1:1", "a b", "token")]
)
def test_a_wrong_address_is_told(service, address, token, words):
    service.connect(address, token)
    assert service.state == "failed" and words in service.message


def test_nobody_at_the_address(service):
    service.connect("127.0.0.1:9", "t")
    assert not service.wait_ready(20) and "cannot be reached: 127.0.0.1:9" in service.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x00\x01\x02garbage", "is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>router</html>", "not a JSON object"),
        (b"HTTP/1.1 200 OK\r\n\r\n{}", "is no Laban service"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (b"", "in the middle"),
    ],
)
def test_something_else_at_the_address(service, raw_server, answer, words):
    raw_server.answer(answer)
    service.connect(f"127.0.0.1:{raw_server.port}", "t")
    assert not service.wait_ready(20) and words in service.message


@pytest.mark.parametrize(
    "reply",
    [
        b"{}",
        b'{"id": 7}',
        b'{"id": "../x"}',
        b"[]",
        b'{"id": "a", "state": "dancing", "step": 1, "steps": 2, "count": 1}',
    ],
)
def test_a_service_that_answers_nonsense(service, raw_server, reply):
    body = reply[:-1] + b', "status": "ready"}' if reply.startswith(b'{"') else reply
    if body == b"{}":
        body = b'{"status": "ready"}'
    raw_server.answer(b"HTTP/1.1 200 OK\r\n\r\n" + body)
    service.connect(f"127.0.0.1:{raw_server.port}", "t")
    job = service.submit(TASK)
    assert not job.wait(20) and job.state == "failed" and job.message


def make_certificate(folder):
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def test_https(service, client, weights, tmp_path):
    try:
        cert, key = make_certificate(tmp_path)
    except FileNotFoundError:
        pytest.skip("no openssl program to make a certificate with")
    running = RunningService(weights, "--device", "cpu", "--tls-cert", str(cert), "--tls-key", str(key))
    try:
        address, token = f"https://localhost:{running.first['port']}", running.first["token"]
        service.connect(address, token)  # nobody vouches for this certificate
        assert not service.wait_ready(20) and "CERTIFICATE_VERIFY_FAILED" in service.message
        service.connect(address, token, cafile=str(cert))
        assert service.wait_ready(20), service.message
        job = service.submit(WALK)
        assert drive(job, lambda: job.done) < WORST_POLL
        assert job.state == "done", job.message
        service.connect(address.replace("https", "http"), token)
        assert not service.wait_ready(20) and service.state == "failed"
    finally:
        running.stop()


def test_a_name_is_resolved_without_waiting(service, shared, addon, monkeypatch):
    client = addon("backend.http_client")
    monkeypatch.setattr(client, "numeric_ip", lambda host: "")  # as for a name of another machine
    service.connect(f"localhost:{shared.address.port}", shared.address.token)
    assert service.address.ip == ""
    worst = drive(service, lambda: service.state != "starting")
    assert worst < WORST_POLL
    # localhost may be ::1 first, where this service does not listen: then the message says so
    assert service.state == "ready" or "::1" in service.address.ip or "reached" in service.message
