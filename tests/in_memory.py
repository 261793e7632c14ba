"""Where a test run keeps its files and its compiled templates, so that it waits for neither."""

import shutil
from pathlib import Path
from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache

SHARED_MEMORY = Path("/dev/shm")
# Two servers and what a few tests leave need far less; a container may offer only a handful.
ROOM = 3 * 2**30


def folder() -> str | None:
    """Return a folder that is no disk, or None for the usual one: not every machine has it.

    The product syncs every commit. A test can see that it asks for it, and has no power cut to
    survive; so the disk would only make it wait.
    """
    try:
        roomy = shutil.disk_usage(SHARED_MEMORY).free >= ROOM
    except OSError:
        return None
    return str(SHARED_MEMORY) if roomy else None


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications of a test run, while they do not change."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code
