"""The whole policy on one screen: which role may do what.

A permission opens pages; which records they show is limited by the queries (`..._visible_to`, `..._for`), and whether
an act is possible now is checked by the action itself.
"""

import enum

from stagemakelaar.people.models import Role


class Permission(enum.Enum):
    """Recht: what a page can ask for."""

    OWN_FILE = "own_file"  # a student's own profile, proposal and placement
    OWN_ORGANISATION = "own_organisation"  # an employer's own organisation, places and placements
    SEE_CASES = "see_cases"  # students and their cases, organisations, places of one's programme
    WORK_CASES = "work_cases"  # take a case on, note contacts, answer on behalf, follow up interest
    WORK_OFFERS = "work_offers"  # verify organisations and recognitions, enter and change places
    IMPORT_LISTS = "import_lists"  # bring students and places in from a list, and merge doubles
    RUN_ROUNDS = "run_rounds"  # open a round, ask for a run, choose it, close it
    OVERSEE = "oversee"  # how people decide: figures per person, draws for a second look
    DECIDE = "decide"  # approve, reject, hold, withdraw
    REPLAY_POST = "replay_post"  # see undelivered letters and put them back in the queue
    PROGRAMME_SETTINGS = "programme_settings"  # weights, terms, four eyes
    MANAGE_ACCOUNTS = "manage_accounts"  # invite and disable staff; no student files
    SEE_STAFF_RIGHTS = "see_staff_rights"  # who of the staff has which rights, given by whom, looked at when
    RESET_FACTORS = "reset_factors"  # two together: let a colleague who lost the app set it up anew
    READ_TRAIL = "read_trail"  # the audit trail
    OWN_RIGHTS = "own_rights"  # ask to be erased
    SEE_RIGHTS = "see_rights"  # what people asked about their own data
    DECIDE_RIGHTS = "decide_rights"  # grant or refuse that
    OWN_ACCOUNT = "own_account"  # language, sessions, address, signing out
    OWN_FACTORS = "own_factors"  # password, app for codes, recovery codes


GRANTS = {
    Role.STUDENT: {Permission.OWN_FILE, Permission.OWN_RIGHTS, Permission.OWN_ACCOUNT},
    Role.EMPLOYER: {Permission.OWN_ORGANISATION, Permission.OWN_RIGHTS, Permission.OWN_ACCOUNT},
    Role.BROKER: {
        Permission.SEE_CASES,
        Permission.WORK_CASES,
        Permission.WORK_OFFERS,
        Permission.IMPORT_LISTS,
        Permission.RUN_ROUNDS,
        Permission.DECIDE,
        Permission.REPLAY_POST,
        Permission.SEE_RIGHTS,
        Permission.OWN_ACCOUNT,
        Permission.OWN_FACTORS,
    },
    Role.COORDINATOR: {
        Permission.SEE_CASES,
        Permission.OVERSEE,
        Permission.WORK_OFFERS,
        Permission.IMPORT_LISTS,
        Permission.RUN_ROUNDS,
        Permission.DECIDE,
        Permission.REPLAY_POST,
        Permission.PROGRAMME_SETTINGS,
        Permission.RESET_FACTORS,
        Permission.SEE_RIGHTS,
        Permission.DECIDE_RIGHTS,
        Permission.OWN_ACCOUNT,
        Permission.OWN_FACTORS,
    },
    Role.ADMIN: {
        Permission.MANAGE_ACCOUNTS,
        Permission.SEE_STAFF_RIGHTS,
        Permission.RESET_FACTORS,
        Permission.OWN_ACCOUNT,
        Permission.OWN_FACTORS,
    },
    Role.AUDITOR: {
        Permission.READ_TRAIL,
        Permission.SEE_STAFF_RIGHTS,
        Permission.SEE_RIGHTS,
        Permission.OWN_ACCOUNT,
        Permission.OWN_FACTORS,
    },
}


def may(user, permission):
    """Whether this user's role opens what asks for this permission."""
    return user is not None and user.is_active and permission in GRANTS[user.role]
