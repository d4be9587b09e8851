"""How far a computation is: what it is doing, and how much of that is done. Words are for the pages."""

import enum


class Stage(enum.Enum):
    """Fase: what a computation does, in this order."""

    READING = "reading"
    SOLVING = "solving"
    CHECKING = "checking"
    EXPLAINING = "explaining"
