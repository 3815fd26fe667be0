import datetime as dt
import uuid

from sql import Null

import trytond.config as config
from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction
from trytond.wizard import Button, StateView, Wizard

from . import pairing
from .exceptions import (
    DeviceError, DeviceKeyError, DeviceKindError, DeviceRevokedError)
from .instant import Instant
from .tools import cursor, forget, now

PAIRING_MINUTES = 10
PAIRING_ATTEMPTS = 5
# The time of the last request is not kept more precisely than that.
SEEN_MINUTES = 5


class Device(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.device'
    __string__ = "Device"

    _states = {
        'readonly': Eval('state') != 'draft',
        }

    company = fields.Many2One(
        'company.company', "Company", required=True, states=_states)
    name = fields.Char(
        "Name", required=True,
        help="What people call it, such as Bar 1.")
    kind = fields.Selection([
            ('terminal', "Terminal"),
            ('door', "Door"),
            ('kiosk', "Kiosk"),
            ], "Kind", required=True, sort=False, states=_states,
        help="Decides what the device may ask of the server.")
    venue = fields.Many2One(
        'party.party', "Venue", ondelete='RESTRICT', states=_states,
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="The party at whose place the device is used.")
    uuid = fields.Char(
        "Identifier", required=True, readonly=True, strip=False,
        help="The name of the device between machines.")
    pairing_name = fields.Char("Pairing Name", readonly=True, strip=False)
    pairing_hash = fields.Char("Pairing Hash", readonly=True, strip=False)
    pairing_until = Instant(
        "Code Valid Until", readonly=True,
        states={
            'invisible': Eval('state') != 'pairing',
            })
    pairing_attempts = fields.Integer(
        "Wrong Codes", readonly=True,
        states={
            'invisible': Eval('state') != 'pairing',
            })
    key_hash = fields.Char("Key Hash", readonly=True, strip=False)
    paired_at = Instant(
        "Paired At", readonly=True,
        states={
            'invisible': ~Eval('paired_at'),
            })
    seen_at = Instant(
        "Last Seen", readonly=True,
        states={
            'invisible': ~Eval('seen_at'),
            },
        help="When the device last asked for something.")
    state = fields.Selection([
            ('draft', "Draft"),
            ('pairing', "Pairing"),
            ('paired', "Paired"),
            ('revoked', "Revoked"),
            ], "State", readonly=True, required=True, sort=False)

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_base.msg_device_uuid_unique'),
            ('pairing_name_unique', Unique(table, table.pairing_name),
                'tibillet_base.msg_device_pairing_name_unique'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.uuid, Index.Equality(cardinality='high'))))
        cls._order.insert(0, ('name', 'ASC'))
        cls._transitions |= {
            ('draft', 'pairing'),
            ('pairing', 'pairing'),
            ('pairing', 'draft'),
            ('pairing', 'paired'),
            ('paired', 'revoked'),
            ('revoked', 'draft'),
            }
        cls._buttons.update({
                'draft': {
                    'invisible': ~Eval('state').in_(['pairing', 'revoked']),
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'pair_wizard': {
                    'invisible': ~Eval('state').in_(['draft', 'pairing']),
                    'icon': 'tryton-link',
                    'depends': ['state'],
                    },
                'revoke': {
                    'invisible': Eval('state') != 'paired',
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_kind(cls):
        return 'terminal'

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('uuid'):
            values['uuid'] = str(uuid.uuid4())
        return values

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('state') == 'revoked', 'muted', '')),
            ]

    @classmethod
    def copy(cls, devices, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'uuid', 'pairing_name', 'pairing_hash', 'pairing_until',
                'pairing_attempts', 'key_hash', 'paired_at', 'seen_at']:
            default.setdefault(name)
        default.setdefault('state', 'draft')
        return super().copy(devices, default=default)

    @classmethod
    def check_modification(cls, mode, devices, values=None, external=False):
        super().check_modification(
            mode, devices, values=values, external=external)
        if mode == 'delete':
            for device in devices:
                if device.paired_at:
                    raise DeviceError(gettext(
                            'tibillet_base.msg_device_delete',
                            device=device.rec_name))
        elif external:
            # Codes and keys come from pairing alone.
            for device in devices:
                if (values.keys() & cls._paired_fields()
                        if mode == 'write'
                        else device.state != 'draft' or device.key_hash):
                    raise DeviceError(gettext(
                            'tibillet_base.msg_device_modify',
                            device=device.rec_name))

    @classmethod
    def _paired_fields(cls):
        "Return the names of the fields that only pairing fills"
        return {
            'uuid', 'pairing_name', 'pairing_hash', 'pairing_until',
            'pairing_attempts', 'key_hash', 'paired_at', 'seen_at', 'state'}

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, devices):
        for device in devices:
            device._forget_code()
            device.key_hash = None
        cls.save(devices)

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_device_pair')
    def pair_wizard(cls, devices):
        pass

    @classmethod
    @Workflow.transition('pairing')
    def start_pairing(cls, devices):
        "Return by device the code to type on it, which is kept nowhere"
        pool = Pool()
        User = pool.get('res.user')
        until = now() + dt.timedelta(minutes=PAIRING_MINUTES)
        codes = {}
        for device in devices:
            code = cls._get_code()
            codes[device] = pairing.show_code(code)
            device.pairing_name, secret = pairing.split_code(code)
            device.pairing_hash = User.hash_password(secret)
            device.pairing_until = until
            device.pairing_attempts = 0
        cls.save(devices)
        return codes

    @classmethod
    def _get_code(cls):
        "Return a new code whose name no device has"
        while True:
            code = pairing.new_code()
            name, _ = pairing.split_code(code)
            if not cls.search([('pairing_name', '=', name)], count=True):
                return code

    def _forget_code(self):
        self.pairing_name = self.pairing_hash = None
        self.pairing_until = self.pairing_attempts = None

    @classmethod
    def claim(cls, text):
        """Return the device whose code was typed, and its new key

        Return None if the code is wrong, too old or tried too often: the
        attempt counts, so the transaction must be committed then too.
        """
        pool = Pool()
        User = pool.get('res.user')
        code = pairing.read_code(text)
        if code is None:
            return
        name, secret = pairing.split_code(code)
        devices = cls.search([
                ('state', '=', 'pairing'),
                ('pairing_name', '=', name),
                ])
        if not devices:
            # Take the time that a comparison takes.
            User.hash_password(secret)
            return
        device, = devices
        valid, _ = User.check_password(secret, device.pairing_hash)
        late = device.pairing_until < now()
        if valid and not late:
            return device, cls._pair(device)
        device.pairing_attempts += 1
        if late or device.pairing_attempts >= PAIRING_ATTEMPTS:
            cls.draft([device])
        else:
            device.save()

    @classmethod
    def pairing_attempts_network(cls):
        "Return how many wrong codes and passwords one network may try"
        return config.getint(
            'session', 'max_attempt_ip_network', default=300)

    @classmethod
    def _pair(cls, device):
        "Pair the device and return the only copy of its key"
        key = pairing.new_key(device.uuid)
        device._forget_code()
        device.key_hash = pairing.hash_key(key)
        device.paired_at = now()
        cls._set_paired([device])
        return key

    @classmethod
    @Workflow.transition('paired')
    def _set_paired(cls, devices):
        cls.save(devices)

    @classmethod
    @ModelView.button
    @Workflow.transition('revoked')
    def revoke(cls, devices):
        # The hash stays, to tell the device that it was revoked.
        pass

    @classmethod
    def authenticate(cls, key, kinds=()):
        """Return what is known of the device that has the key, by name

        By one statement, as each request does it: Device(**known) reads
        nothing more for it.
        kinds: those that are allowed, any if empty.
        """
        device = cls.__table__()
        names = cls._known_fields()
        uuid, _ = pairing.split_key(key)
        statement = cursor()
        statement.execute(*device.select(
                device.key_hash, device.state,
                *(getattr(device, name) for name in names),
                where=device.uuid == uuid))
        hash_, state, *values = statement.fetchone() or (
            None, None, *names)
        if not pairing.check_key(key, hash_):
            raise DeviceKeyError(gettext('tibillet_base.msg_device_key'))
        known = dict(zip(names, values, strict=True))
        if state != 'paired':
            raise DeviceRevokedError(gettext(
                    'tibillet_base.msg_device_revoked',
                    device=known['name']))
        if kinds and known['kind'] not in kinds:
            raise DeviceKindError(gettext(
                    'tibillet_base.msg_device_kind',
                    device=known['name']))
        return known

    @classmethod
    def _known_fields(cls):
        "Return the names of the fields that routes read of each device"
        return ['id', 'company', 'name', 'kind', 'uuid', 'seen_at']

    def see(self):
        "Keep when the device was last seen, with few writes"
        time = now()
        limit = time - dt.timedelta(minutes=SEEN_MINUTES)
        if self.seen_at and self.seen_at > limit:
            return
        table = self.__table__()
        cursor().execute(*table.update(
                [table.seen_at], [time],
                where=(table.id == self.id)
                & ((table.seen_at == Null) | (table.seen_at <= limit))))
        forget(self.__class__, [self.id])


class PairStart(ModelView):
    __name__ = 'tibillet.device.pair.start'
    __string__ = "Device Pair Start"

    device = fields.Many2One('tibillet.device', "Device", readonly=True)


class PairCode(ModelView):
    __name__ = 'tibillet.device.pair.code'
    __string__ = "Device Pair Code"

    device = fields.Many2One('tibillet.device', "Device", readonly=True)
    code = fields.Char("Code", readonly=True, strip=False)
    until = Instant("Valid Until", readonly=True)


class Pair(Wizard):
    __name__ = 'tibillet.device.pair'

    start = StateView(
        'tibillet.device.pair.start',
        'tibillet_base.device_pair_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Make a Code", 'code', 'tryton-ok', default=True),
            ])
    code = StateView(
        'tibillet.device.pair.code',
        'tibillet_base.device_pair_code_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_start(self, fields):
        return {'device': self.record.id if self.record else None}

    def default_code(self, fields):
        # Not in a transition: what a wizard has set is stored in clear.
        codes = self.model.start_pairing([self.record])
        if self.record not in codes:
            raise DeviceError(gettext(
                    'tibillet_base.msg_device_pair_state',
                    device=self.record.rec_name))
        return {
            'device': self.record.id,
            'code': codes[self.record],
            'until': self.record.pairing_until,
            }
