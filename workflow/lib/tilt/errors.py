"""The one exception that a user's input may cause."""


class InputError(ValueError):
    """Something the user gave cannot be used; the message is one line and names it and the remedy.

    Line breaks in what it quotes become spaces.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.splitlines()))
