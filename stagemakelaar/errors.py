"""The refusals that the house knows: a sentence for the user, at a field. A programming error is not caught."""


def N_(text):  # noqa: N802 - the customary name, which the extraction of strings looks for
    """Mark a Dutch sentence for translation; the edge translates it when it shows it."""
    return text


class DomainError(Exception):
    """Weigering: something that the rules of the house do not allow.

    `message` is a Dutch sentence marked with `N_`, in which `%(name)s` stands for a value of `values`.
    `field` names the form field at which it is shown; None puts it in the summary alone.
    """

    def __init__(self, message, *, field=None, **values):
        super().__init__(message)
        self.message = message
        self.field = field
        self.values = values

    def __str__(self):
        return self.message % self.values if self.values else self.message


class IllegalMove(DomainError):
    """Onmogelijke stap: a state that cannot be reached from where the record is now. The edge answers 409."""


class Overtaken(DomainError):
    """Ingehaald: someone else was first. The edge answers 409 and says who and when, if `values` know it."""


class TooOften(DomainError):
    """Te vaak: a limit on guessing or asking is full. The edge answers 429; `values` hold the seconds to wait."""


class Busy(DomainError):
    """Te druk: there is no room to do this now. The edge answers 503; nothing was done."""


class TravelTableWrong(Exception):
    """Reistabel fout: the file of TRAVEL_TABLE cannot be read; the text says where, and the program does not start."""


class NotFound(Exception):
    """Niet gevonden: nothing here for this user. The edge answers 404, the same as for what never existed."""
