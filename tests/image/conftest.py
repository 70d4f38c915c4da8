"""The image that `make image-test` has built. Without one there is nothing to test."""

import json
import os
from pathlib import Path

import pytest

from support.image import Image

collect_ignore_glob = [] if "IMAGE_ROOT" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def image() -> Image:
    described = json.loads(Path(os.environ["IMAGE_JSON"]).read_text())
    return Image(Path(os.environ["IMAGE_ROOT"]), described["OCIv1"]["config"], described["Docker"]["config"])
