"""The register of shares in the books: drafted, then posted."""
from collections import Counter
from decimal import Decimal

from tibillet_base.tools import take_turn

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, dualmethod, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import share_books
from .exceptions import SharePayableError, SharePostingError
from .share_account import get_field_name

ZERO = Decimal(0)
# The kinds of entries that what is owed to a member may pay.
CONVERTED = ['subscription', 'payment']


class SharePosting(ModelSQL):
    __name__ = 'tibillet.share.posting'
    __string__ = "Share Posting"

    entry = fields.Many2One(
        'tibillet.share.entry', "Entry", required=True, ondelete='RESTRICT')
    move = fields.Many2One(
        'account.move', "Move", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('entry_unique', Unique(table, table.entry),
                'tibillet_membership.msg_share_posting_unique'),
            ]


class ShareEntry(metaclass=PoolMeta):
    __name__ = 'tibillet.share.entry'

    moves = fields.One2Many(
        'account.move', 'origin', "Moves", readonly=True)
    posting_state = fields.Function(fields.Selection([
                (None, ""),
                ('to_post', "To Post"),
                ('draft', "Draft"),
                ('posted', "Posted"),
                ], "In the Books", sort=False),
        'get_posting_state', searcher='search_posting_state')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'post_wizard': {
                    'invisible': ~Eval('posting_state').in_(
                        ['to_post', 'draft']),
                    'icon': 'tryton-forward',
                    'depends': ['posting_state'],
                    },
                })

    @classmethod
    def get_posting_state(cls, entries, name):
        pool = Pool()
        Posting = pool.get('tibillet.share.posting')
        with without_check_access():
            silent = cls._get_silent(entries)
            states = {
                e.id: None if e in silent else 'to_post' for e in entries}
            for posting in Posting.search(
                    [('entry', 'in', [e.id for e in entries])]):
                states[posting.entry.id] = posting.move.state
        return states

    @classmethod
    def search_posting_state(cls, name, clause):
        pool = Pool()
        Entry = pool.get(cls.__name__)
        Posting = pool.get('tibillet.share.posting')
        _, operator, value = clause
        values = set(value if operator in {'in', 'not in'} else [value])
        with without_check_access():
            found = {
                state: [
                    p.entry.id for p in Posting.search(
                        [('move.state', '=', state)])]
                for state in ['draft', 'posted']}
            booked = found['draft'] + found['posted']
            entries = Entry.search([('id', 'not in', booked)])
            silent = Entry._get_silent(entries)
            found['to_post'] = [e.id for e in entries if e not in silent]
            found[None] = [e.id for e in silent]
        ids = [
            id_ for state, ids in found.items() if state in values
            for id_ in ids]
        return [('id', 'not in' if operator in {'!=', 'not in'} else 'in',
                ids)]

    @classmethod
    def _get_silent(cls, entries):
        """Return the entries that change nothing in the books

        Between two members: only where an account asks for the party, by the
        entry of who gets the shares.
        """
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        # A correction says as much as what it corrects.
        told = {
            e: e.counterpart if e.kind == 'correction' else e
            for e in entries}
        transfers = {e for e in told.values() if e.kind == 'transfer'}
        configuration = Configuration(1)
        asking = {
            (company, role)
            for company in {e.company for e in transfers}
            for role in ['uncalled', 'called']
            if (account := configuration.get_multivalue(
                    get_field_name(role), company=company.id))
            and account.party_required}
        silent = {
            e for e in transfers if not e.counterpart or not any(
                (e.company, role) in asking
                for role, _, _ in share_books.get_transfer_lines(
                    e.subscribed, e.called, e.paid))}
        return {e for e, known in told.items() if known in silent}

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_share_post')
    def post_wizard(cls, entries):
        pass

    @classmethod
    @without_check_access
    def draft_moves(cls, entries, by_payable=False, date=None):
        """Draft the moves of the entries that have none, and return them

        by_payable: what is owed to the members pays, instead of money.
        date: of the moves, that of each entry if None.
        """
        pool = Pool()
        Move = pool.get('account.move')
        Posting = pool.get('tibillet.share.posting')
        cls._take_turn(entries)
        booked = {
            p.entry for p in Posting.search(
                [('entry', 'in', [e.id for e in entries])])}
        made = [
            (entry, move)
            for entry in sorted(entries, key=lambda e: e.number)
            if entry not in booked
            and (move := entry.get_move(by_payable, date))]
        Move.save([move for _, move in made])
        Posting.create([
                {'entry': entry.id, 'move': move.id}
                for entry, move in made])
        cls.check_payable([entry for entry, _ in made])
        return [move for _, move in made]

    @classmethod
    @without_check_access
    def post_moves(cls, entries, by_payable=False, date=None):
        "Post the moves of the entries, drafted now if they are not"
        pool = Pool()
        Move = pool.get('account.move')
        Posting = pool.get('tibillet.share.posting')
        cls.draft_moves(entries, by_payable=by_payable, date=date)
        moves = [
            p.move for p in Posting.search([
                    ('entry', 'in', [e.id for e in entries]),
                    ('move.state', '=', 'draft'),
                    ])]
        Move.post(moves)
        return moves

    def get_move(self, by_payable=False, date=None):
        "Return the move, not saved, of the entry, None if there is nothing"
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        lines = self._get_lines(by_payable)
        if not lines:
            return None
        journal = Configuration(1).get_multivalue(
            'share_journal', company=self.company.id)
        if not journal:
            raise SharePostingError(gettext(
                    'tibillet_membership.msg_share_journal'))
        date = date or self.date
        return Move(
            company=self.company, journal=journal,
            period=Period.find(self.company, date=date), date=date,
            origin=self, description=self.rec_name, lines=lines)

    def _get_lines(self, by_payable):
        if self.kind == 'correction':
            return self._get_opposite_lines()
        if self.kind == 'transfer':
            return self._get_transfer_lines()
        amounts = share_books.get_lines(
            self.kind, self.subscribed, self.called, self.paid, self.owed,
            self.losses)
        return [
            self._get_line(
                self.party.account_payable_used
                if by_payable and role == 'money' and amount > 0
                else self._get_account(role), amount, self.party)
            for role, amount in amounts]

    def _get_opposite_lines(self):
        "Return the opposite of what is in the books, or would be"
        corrected = self.counterpart
        lines = [
            line for move in corrected.moves for line in move.lines]
        return [
            self._get_line(
                line.account, line.credit - line.debit, line.party)
            for line in lines or corrected._get_lines(False)]

    def _get_transfer_lines(self):
        if not self.counterpart:
            # Told by the entry of who gets the shares.
            return []
        parties = [self.counterpart.party, self.party]
        return [
            self._get_line(account, amount, parties[whose])
            for role, amount, whose in share_books.get_transfer_lines(
                self.subscribed, self.called, self.paid)
            if (account := self._get_account(role)).party_required]

    def _get_account(self, role):
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        name = get_field_name(role)
        account = Configuration(1).get_multivalue(
            name, company=self.company.id)
        if not account:
            raise SharePostingError(gettext(
                    'tibillet_membership.msg_share_account',
                    account=Configuration.__names__(name)['field'],
                    entry=self.rec_name))
        return account

    def _get_line(self, account, amount, party):
        pool = Pool()
        Line = pool.get('account.move.line')
        return Line(
            account=account,
            party=party if account.party_required else None,
            debit=max(amount, ZERO),
            credit=max(-amount, ZERO))

    @classmethod
    def _take_turn(cls, entries):
        "Let nobody else convert what the companies owe meanwhile"
        pool = Pool()
        Company = pool.get('company.company')
        take_turn(
            Company, list({e.company.id for e in entries}), 'party')

    @classmethod
    @without_check_access
    def check_payable(cls, entries):
        """Refuse that more is converted than is owed to a party

        entries: that have a draft; all other drafts of the register count.
        """
        pool = Pool()
        Line = pool.get('account.move.line')
        cls._take_turn(entries)
        converted = {
            (line.company, line.party)
            for entry in entries if entry.kind in CONVERTED
            for move in entry.moves for line in move.lines
            if line.account.type.payable and line.party}
        if not converted:
            return
        payable = [
            ('account.type.payable', '=', True),
            ('company', 'in', list({c.id for c, _ in converted})),
            ('party', 'in', list({p.id for _, p in converted})),
            ]
        owed, asked = Counter(), Counter()
        for line in Line.search([
                    *payable,
                    ('reconciliation', '=', None),
                    ('move_state', '=', 'posted'),
                    ]):
            owed[line.company, line.party] += line.credit - line.debit
        for line in Line.search([
                    *payable,
                    ('move_state', '=', 'draft'),
                    ('move.origin.kind', 'in', CONVERTED,
                        'tibillet.share.entry'),
                    ]):
            asked[line.company, line.party] += line.debit - line.credit
        for company, party in sorted(
                converted, key=lambda k: (k[0].id, k[1].id)):
            amount = asked[company, party]
            if amount > max(owed[company, party], ZERO):
                raise SharePayableError(gettext(
                        'tibillet_membership.msg_share_payable',
                        party=party.rec_name,
                        amount=amount,
                        owed=owed[company, party]))


class PostStart(ModelView):
    __name__ = 'tibillet.share.post.start'
    __string__ = "Share Post Start"

    paid_by = fields.Selection([
            ('money', "Money"),
            ('payable', "What is Owed to the Member"),
            ], "Paid by", required=True, sort=False,
        help="Of subscriptions and payments.")
    date = fields.Date(
        "Date", help="Of the moves; leave empty for that of each entry.")

    @classmethod
    def default_paid_by(cls):
        return 'money'


class Post(Wizard):
    __name__ = 'tibillet.share.post'

    start = StateView(
        'tibillet.share.post.start',
        'tibillet_membership.share_post_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Draft", 'draft', 'tryton-ok'),
            Button("Post", 'post', 'tryton-forward', default=True),
            ])
    draft = StateTransition()
    post = StateTransition()

    def _get_options(self):
        return {
            'by_payable': self.start.paid_by == 'payable',
            'date': self.start.date,
            }

    def transition_draft(self):
        self.model.draft_moves(self.records, **self._get_options())
        return 'end'

    def transition_post(self):
        self.model.post_moves(self.records, **self._get_options())
        return 'end'

    def end(self):
        return 'reload'


class Move(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.share.entry']

    @dualmethod
    @ModelView.button
    def post(cls, moves):
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        # What is owed may have been paid since the draft.
        Entry.check_payable([
                m.origin for m in moves
                if isinstance(m.origin, Entry) and m.state == 'draft'])
        super().post(moves)
