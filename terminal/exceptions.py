"""What a terminal says when it cannot do what it is asked."""


class TerminalError(Exception):
    """Something a person is told

    sentence: its name in sentences.py, with the values it needs.
    """

    def __init__(self, sentence, /, **values):
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


class SettingsError(TerminalError):
    pass


class KeyFileError(TerminalError):
    pass


class JournalError(TerminalError):
    pass


class ReaderError(TerminalError):
    pass


class OrderError(TerminalError):
    pass


class RefusedError(TerminalError):
    "The server has said no, and recorded nothing"


class WaitingError(TerminalError):
    "Nobody knows yet: it is kept, and sent again"
