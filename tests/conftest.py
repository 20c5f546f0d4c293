"""What several tests share: the tiny book, built once a session, and a browser to read it in."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def tiny():
    """The tiny study with its book built; chapters that are up to date are not run again."""
    from helpers.book import build_book
    from helpers.study import load_study

    monkey = pytest.MonkeyPatch()
    monkey.chdir(ROOT)
    study = load_study(ROOT / "studies" / "tiny.yaml")
    build_book(study, jobs=2)
    yield study
    monkey.undo()


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; tests that need one are skipped where none is installed."""
    from playwright.sync_api import sync_playwright

    from helpers.pdf import BROWSERS, FLAGS

    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no Chromium found (looked for {', '.join(BROWSERS)})")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def shared_data():
    """Real data to develop against; not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the shared development data are not on this machine")
    return SHARED
