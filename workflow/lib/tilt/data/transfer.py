"""What all downloads share: the addresses they take, and the pause between attempts."""

import time

SCHEMES = ("http://", "https://", "file://")


def pause(attempt: int) -> None:
    """Wait after a failed attempt (1, 2, …): one second, then twice as long each time."""
    time.sleep(2.0 ** (attempt - 1))
