"""Downloads from a server that behaves, one that does not, and none."""

from __future__ import annotations

import hashlib
import http.server
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pynn import data
from pynn.data import downloads, transfer

CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8).tobytes()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT under every path; what it has been asked is in `asked`."""

    ranges = True  # whether it knows of Range
    breaks_after: int | None = None  # bytes of an answer until the connection breaks
    status = 200
    shifted = False  # answers with another stretch than was asked for

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_port}/file.bin"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        server, wanted = self.server, self.headers.get("Range")
        server.asked.append(wanted)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = 0
        if wanted and server.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(CONTENT):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(CONTENT)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = max(start - 1, 0) if server.shifted else start
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        answer = CONTENT[start:]
        if server.breaks_after is not None:
            answer = answer[: server.breaks_after]
        self.wfile.write(answer)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    running = Server()
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_file_is_fetched_once(server, tmp_path):
    path = tmp_path / "new" / "folder" / "file.bin"
    assert data.download(server.url, path, SHA256.upper()) == path
    assert path.read_bytes() == CONTENT
    data.download(server.url, path)
    assert server.asked == [None]
    assert [entry.name for entry in path.parent.iterdir()] == ["file.bin"]


@pytest.mark.parametrize("have", [1, 100_000, len(CONTENT) - 1])
def test_what_has_arrived_is_not_fetched_again(server, tmp_path, have):
    part = tmp_path / "file.bin.part"
    part.write_bytes(CONTENT[:have])
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT
    assert server.asked == [f"bytes={have}-"]
    assert not part.exists()


def test_a_part_that_is_whole_is_taken(server, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_not(server, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(CONTENT + b"more")
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    server.ranges = False
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:1000])
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT


def test_a_broken_connection_is_taken_up_again(server, tmp_path):
    server.breaks_after = 110_000
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=110000-", "bytes=220000-"]


def test_a_connection_that_keeps_breaking_leaves_a_part_for_the_next_call(server, tmp_path):
    server.breaks_after = 50_000
    with pytest.raises(ConnectionError, match=r"(?s)broke after 150,000 of 300,000.*by hand.*file\.bin"):
        data.download(server.url, tmp_path / "file.bin", SHA256)
    assert not (tmp_path / "file.bin").exists()
    assert (tmp_path / "file.bin.part").stat().st_size == 150_000
    server.breaks_after = None
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT
    assert server.asked[-1] == "bytes=150000-"


def test_another_stretch_than_asked_for_is_not_appended(server, tmp_path):
    server.shifted = True
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:1000])
    assert data.download(server.url, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT


@pytest.mark.parametrize("part", [b"", b"x" * 1000])
def test_a_wrong_checksum_is_an_error_and_nothing_stays(server, tmp_path, part):
    if part:
        (tmp_path / "file.bin.part").write_bytes(part)
    with pytest.raises(ValueError, match=r"file\.bin.*300,000 bytes.*SHA-256.*deleted"):
        data.download(server.url, tmp_path / "file.bin", SHA256 if part else "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_the_next_place_is_tried(server, tmp_path):
    gone = Server()
    gone.server_close()  # nobody listens there any more
    urls = [gone.url, server.url]
    assert data.download(urls, tmp_path / "file.bin", SHA256).read_bytes() == CONTENT


def test_an_answer_that_is_no_file(server, tmp_path):
    server.status = 404
    with pytest.raises(ConnectionError, match=r"(?s)file\.bin: 404.*put it into .* as file\.bin"):
        data.download(server.url, tmp_path / "file.bin")
    assert server.asked == [None]  # asking again would not help
    assert not (tmp_path / "file.bin").exists()


def test_offline_says_what_to_do_by_hand(tmp_path, monkeypatch):
    def unreachable(*_, **__):
        raise transfer.URLError("Name or service not known")

    monkeypatch.setattr(transfer, "urlopen", unreachable)
    for load, file in (
        (data.load_mnist, "MNIST/raw as train-images-idx3-ubyte.gz"),
        (data.load_fashion_mnist, "FashionMNIST/raw as train-images-idx3-ubyte.gz"),
        (data.load_cifar10, "CIFAR10 as cifar-10-binary.tar.gz"),
    ):
        with pytest.raises(ConnectionError, match=rf"(?s)not known.*by hand.*{tmp_path}/{file}"):
            load(tmp_path)


def test_several_at_once_fetch_it_once(server, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(data.download, server.url, tmp_path / "file.bin", SHA256) for _ in range(4)]
        assert all(job.result().read_bytes() == CONTENT for job in jobs)
    assert server.asked == [None]
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.bin"]


def test_several_at_once_of_which_none_can_succeed(server, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(data.download, server.url, tmp_path / "file.bin", "0" * 64) for _ in range(4)]
        for job in jobs:
            with pytest.raises(ValueError, match="SHA-256"):
                job.result()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_answer_makes_an_empty_file(server, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "CONTENT", b"")
    assert data.download(server.url, tmp_path / "file.bin").read_bytes() == b""


def test_where_sets_go(monkeypatch, tmp_path):
    monkeypatch.setenv("PYNN_DATA", str(tmp_path / "mine"))
    assert downloads.data_home() == tmp_path / "mine"
    monkeypatch.delenv("PYNN_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert downloads.data_home() == tmp_path / "pynn" / "data"
