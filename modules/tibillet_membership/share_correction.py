"""Correct what was mistyped in the register of shares: the opposite fact."""
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import capital, share_register
from .exceptions import ShareCorrectionError
from .share_entry import AMOUNTS

HELD = ['shares', 'subscribed', 'called', 'paid', 'owed']


def correct(register, entry, reason):
    """Write the opposite of an entry and return what is written

    Of a transfer both entries are corrected. What is held without it must
    never fall below nothing, else later entries rest on it.
    """
    entries = _get_pair(entry)
    for each in entries:
        if each.kind == 'correction' or each.correction:
            _refuse('twice', each)
    if not (reason or '').strip():
        _refuse('reason', entry)
    for each in entries:
        if each.shares > 0:
            held = register.get_holding(each.party, each.share_class)
            register.check_held(
                each.party, each.share_class, held, each.shares)
    for each in entries:
        if not capital.stands(_get_changes(each, entries)):
            _refuse('later', each)
    _reopen(entries)
    return register.append([{
                'kind': 'correction',
                'party': each.party,
                'share_class': each.share_class,
                'shares': -each.shares,
                **{name: -getattr(each, name) for name in AMOUNTS},
                'counterpart': each.id,
                'reason': reason.strip(),
                } for each in entries])


def _refuse(why, entry):
    raise ShareCorrectionError(gettext(
            f'tibillet_membership.msg_share_correction_{why}',
            entry=entry.rec_name))


def _get_pair(entry):
    "Return the entry, and the other one of a transfer, the last first"
    pool = Pool()
    Entry = pool.get('tibillet.share.entry')
    if entry.kind != 'transfer':
        return [entry]
    if entry.counterpart:
        return [entry, entry.counterpart]
    got, = Entry.search([
            ('counterpart', '=', entry.id),
            ('kind', '=', 'transfer'),
            ])
    return [got, entry]


def _get_changes(entry, without):
    "Return what stays of the member in the class, in order"
    pool = Pool()
    Entry = pool.get('tibillet.share.entry')
    return [
        [getattr(e, name) for name in HELD]
        for e in Entry.search([
                ('company', '=', entry.company.id),
                ('party', '=', entry.party.id),
                ('share_class', '=', entry.share_class.id),
                ('kind', '!=', 'correction'),
                ], order=[('number', 'ASC')])
        if e not in without and not e.correction]


def _reopen(entries):
    "Who did not leave after all waits no more either"
    pool = Pool()
    Withdrawal = pool.get('tibillet.share.withdrawal')
    Withdrawal.write(Withdrawal.search([
                ('entry', 'in', [e.id for e in entries]),
                ]), {'state': 'cancelled'})


class ShareEntry(metaclass=PoolMeta):
    __name__ = 'tibillet.share.entry'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'correct_wizard': {
                    'invisible': (
                        (Eval('kind') == 'correction')
                        | Bool(Eval('correction'))),
                    'icon': 'tryton-undo',
                    'depends': ['kind', 'correction'],
                    },
                })

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_share_correct')
    def correct_wizard(cls, entries):
        pass


class CorrectStart(ModelView):
    __name__ = 'tibillet.share.correct.start'
    __string__ = "Share Correct Start"

    entry = fields.Many2One(
        'tibillet.share.entry', "Entry", states=tools.SHOWN)
    date = fields.Date(
        "Date", required=True,
        help="Of the correction, not before the last entry of the register.")
    reason = fields.Char(
        "Reason", required=True,
        help="It stays in the register: say what should have been written.")


class Correct(Wizard):
    __name__ = 'tibillet.share.correct'

    start = StateView(
        'tibillet.share.correct.start',
        'tibillet_membership.share_correct_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Correct", 'correct', 'tryton-ok', default=True),
            ])
    correct = StateAction('tibillet_membership.act_share_entry')

    def default_start(self, fields):
        return {
            'entry': self.record.id,
            'date': tools.today(self.record.company),
            }

    def do_correct(self, action):
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        register = share_register.opened(
            self.record.company, self.start.date)
        with without_check_access():
            entries = correct(
                register, Entry(self.record.id), self.start.reason)
        return action, {'res_id': [e.id for e in entries]}
