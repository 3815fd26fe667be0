"""The master secrets, from which the keys of tills and others are derived.

In the configuration, section tibillet, option masters: one or several
"version:secret" with a secret of at least 64 hexadecimal digits. The highest
version signs; older ones stay, to make again what they have made. The
database never holds any of them.
"""
import trytond.config as config
from trytond.i18n import gettext

from tibillet import chain

from .exceptions import MasterKeyError


def masters():
    "Return the secrets by version"
    found = {}
    try:
        for item in (config.get('tibillet', 'masters') or '').split():
            version, _, secret = item.partition(':')
            found[int(version)] = bytes.fromhex(secret)
    except ValueError:
        found.clear()
    if not found or any(len(s) < chain.KEY_BYTES for s in found.values()):
        raise MasterKeyError(gettext('tibillet_base.msg_master_key'))
    return found


def current():
    "Return the version that signs"
    return max(masters())


def derive(version, *use):
    "Return the private key of a use, made by a version of the master"
    try:
        return chain.derive_key(masters(), version, *use)
    except LookupError as error:
        raise MasterKeyError(gettext(
                'tibillet_base.msg_master_key_version',
                version=version)) from error
