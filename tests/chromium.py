"""A page in headless Chromium: what it shows once its scripts have run, and what they complained of."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
LISTEN = """<script>
window.complaints = [];
addEventListener("error", (event) => complaints.push(String(event.message)), true);
addEventListener("securitypolicyviolation", (event) => complaints.push(event.blockedURI));
for (const name of ["error", "warn"]) console[name] = (...parts) => complaints.push(parts.join(" "));
</script>"""


def chromium() -> str:
    """The program; a test that needs it is skipped, by name, where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


def evaluate(
    page: Path, script: str, folder: Path, size: str = "1200,800", flags: tuple[str, ...] = ()
) -> Any:
    """What `script`, the body of a function run after the page has loaded, returns; complaints are failures.

    The page may load nothing: a policy forbids it.
    """
    text = page.read_text(encoding="utf-8")
    policy = (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">"
    )
    text = text.replace("<head>", f"<head>{policy}{LISTEN}", 1)
    ask = (
        "<script>addEventListener('load', () => { let answer; try { answer = (() => {"
        + script
        + "})(); } catch (error) { complaints.push(String(error)); } "
        "const out = document.createElement('pre'); out.id = 'answer'; "
        "out.textContent = JSON.stringify({answer, complaints}); "
        "document.body.append(out); });</script></body>"
    )
    copy = folder / f"ask-{abs(hash(script))}.html"
    copy.write_text(text.replace("</body>", ask), encoding="utf-8")
    command = [
        chromium(), *FLAGS, *flags, f"--window-size={size}", f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=4000", "--dump-dom", copy.as_uri(),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="answer">(.*?)</pre>', run.stdout, re.DOTALL)
    assert found, f"the page did not answer:\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}"
    result = json.loads(html.unescape(found[1]))
    assert result["complaints"] == []
    return result.get("answer")


def screenshot(
    page: Path, picture: Path, folder: Path, size: str = "1200,800", flags: tuple[str, ...] = ()
) -> None:
    """A picture of a page."""
    command = [
        chromium(), *FLAGS, *flags, f"--window-size={size}", f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={picture}", page.resolve().as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=120, check=True)
