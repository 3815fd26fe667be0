"""Who may log in to the demo, and what to look at first: the one place.

The demo makes these users and `make run` prints them. Such passwords are for
a server on loopback only.
"""
import typing


class Login(typing.NamedTuple):
    login: str
    password: str
    role: str


LOGINS = [
    Login('admin', 'tibillet', "administrator"),
    Login('compta', 'tibillet', "accountant"),
    Login('lieu', 'tibillet', "venue manager, keeper of the equipment"),
    Login('bar', 'tibillet', "bar"),
    Login('caisse', 'tibillet', "box office"),
    Login('partenaire', 'tibillet', "partner of the convention"),
    ]

FIRST = [
    "Log in as admin and open TiBillet in the menu: the convention, its "
    "gauge and its questions.",
    "Open its services: each has a sentence a line, which says how the "
    "amount was found.",
    "Open its statement and print it: every figure of the PDF can be "
    "recomputed by hand.",
    "Log in as partenaire: the same convention, and nothing else.",
    ]


def password(login):
    "Return the password of a login"
    return next(l.password for l in LOGINS if l.login == login)
