"""What is declared of the performances that were closed."""
import datetime as dt
from decimal import Decimal

from tibillet_base import spreadsheet, tools
from tibillet_base.instant import Instant
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.report import Report
from trytond.tools import timezone
from trytond.transaction import without_check_access

from . import sibil
from .exceptions import DeclarationMissingError

ZERO = Decimal(0)


class Declaration(OfCompanyMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.declaration'
    __string__ = "Declaration"

    kind = fields.Selection([
            ('sibil', "SIBIL"),
            ], "Declared to", required=True, readonly=True, sort=False,
        help="SIBIL: the receipts of shows, to the ministry of culture.")
    company = fields.Many2One(
        'company.company', "Organiser", required=True, readonly=True,
        ondelete='RESTRICT')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='RESTRICT')
    key = fields.Char(
        "Key", required=True, readonly=True, strip=False,
        help="The same when it is sent again, so that it replaces what was "
        "sent.")
    date = fields.Date("Date", required=True, readonly=True)
    due_date = fields.Date(
        "Before", required=True, readonly=True,
        help="The 10th of the month after the quarter.")
    valid = fields.Function(fields.Integer("Tickets"), 'get_figures')
    free_valid = fields.Function(fields.Integer("Free Tickets"), 'get_figures')
    admission = fields.Function(Monetary(
            "Receipts", currency='currency', digits='currency'),
        'get_figures')
    missing = fields.Function(fields.Text(
            "To Fill In",
            states={
                'invisible': ~Eval('missing'),
                },
            help="What must be filled before it can be sent."),
        'get_missing')
    data = fields.Function(fields.Text("Content"), 'get_data')
    state = fields.Selection([
            ('draft', "To Send"),
            ('sent', "Sent"),
            ], "State", required=True, readonly=True, sort=False)
    sent_at = Instant(
        "Sent At", readonly=True,
        states={
            'invisible': ~Eval('sent_at'),
            },
        help="For the last time.")
    sent_by = fields.Char(
        "Sent By", readonly=True, strip=False,
        states={
            'invisible': ~Eval('sent_at'),
            })
    sent = fields.Text(
        "What was Sent", readonly=True, strip=False,
        states={
            'invisible': ~Eval('sent_at'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('performance_unique',
                Unique(table, table.kind, table.performance),
                'tibillet_event.msg_declaration_unique'),
            ]
        cls._sql_indexes.add(Index(
                table, (table.due_date, Index.Range()),
                where=table.state == 'draft'))
        cls._order = [('due_date', 'ASC'), ('date', 'ASC'), ('id', 'ASC')]
        cls._transitions |= {('draft', 'sent'), ('sent', 'draft')}
        cls._buttons.update({
                'send': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_state(cls):
        return 'draft'

    def get_rec_name(self, name):
        return f'{self.kind.upper()} – {self.performance.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('performance.rec_name', *clause[1:])]

    @classmethod
    def get_figures(cls, declarations, names):
        return {
            name: {
                d.id: sum(
                    getattr(r, name) for r in d.performance.returns)
                for d in declarations}
            for name in names}

    def get_show(self):
        "Return what is known of the show"
        performance = self.performance
        event, venue = performance.event, performance.venue
        address = venue.address
        siret = [
            i.code for i in venue.party.identifiers if i.type == 'fr_siret']
        return sibil.Show(
            uuid=performance.uuid,
            title=event.name,
            domain=event.sibil_domain,
            starts_at=performance.start.replace(tzinfo=dt.UTC).astimezone(
                timezone.get_tzinfo(venue.timezone)),
            capacity=performance.capacity or venue.capacity,
            young_audience=bool(event.young_audience),
            coproduced=bool(event.coproducers),
            venue=venue.name,
            venue_kind=venue.kind,
            street=address.street_single_line if address else None,
            postal_code=address.postal_code if address else None,
            city=address.city if address else None,
            siret=siret[0] if siret else None)

    def get_content(self):
        "Return the data to send, from the returns of all who have sold"
        lines = [
            (line.kind, line.tariff_kind, line.price, line.quantity,
                line.amount)
            for made in self.performance.returns for line in made.lines
            if line.kind in {'sold', 'cancelled'}]
        return sibil.content(self.get_show(), sibil.figures(
                lines, self.valid, self.free_valid))

    @classmethod
    def get_data(cls, declarations, name):
        with without_check_access():
            return {
                d.id: sibil.dump(d.get_content())
                for d in cls.browse(declarations)}

    @classmethod
    def get_missing(cls, declarations, name):
        with without_check_access():
            return {
                d.id: '\n'.join(d.get_sentences()) or None
                for d in cls.browse(declarations)}

    def get_sentences(self):
        "Return what has to be done before it can be sent"
        performance = self.performance
        return [
            gettext(
                f'tibillet_event.msg_declaration_{name}',
                event=performance.event.rec_name,
                venue=performance.venue.rec_name)
            for name in sibil.missing(self.get_show())]

    @classmethod
    @without_check_access
    def update(cls, performance):
        "Make the declaration of a performance to send, again if it was sent"
        if performance.event.kind not in sibil.SHOWS:
            return
        found = cls.search([
                ('kind', '=', 'sibil'),
                ('performance', '=', performance.id),
                ])
        if found:
            cls.write(found, {'state': 'draft'})
            return
        cls.create([{
                    'kind': 'sibil',
                    'company': performance.event.company.id,
                    'performance': performance.id,
                    'key': sibil.key(performance.uuid),
                    'date': performance.date,
                    'due_date': sibil.due_date(performance.date),
                    }])

    @classmethod
    @ModelView.button
    @Workflow.transition('sent')
    def send(cls, declarations):
        "Keep what was sent"
        for declaration in declarations:
            if declaration.missing:
                raise DeclarationMissingError(gettext(
                        'tibillet_event.msg_declaration_missing',
                        declaration=declaration.rec_name,
                        missing=declaration.missing))
        for declaration in declarations:
            declaration.sent = declaration.data
            declaration.sent_at = tools.now()
            declaration.sent_by = tools.who()
        cls.save(declarations)


class BoxOfficeReturn(metaclass=PoolMeta):
    __name__ = 'tibillet.boxoffice.return'

    @classmethod
    def make(cls, performance, company):
        pool = Pool()
        Declaration = pool.get('tibillet.declaration')
        made = super().make(performance, company)
        if performance.state != 'cancelled':
            Declaration.update(performance)
        return made


class DeclarationJSON(Report):
    __name__ = 'tibillet.declaration.json'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Declaration = pool.get('tibillet.declaration')
        # What is printed was checked to be read.
        declaration = Declaration(int(records[0]))
        return 'json', declaration.data.encode()


class DeclarationCSV(Report):
    "A line for each declaration"
    __name__ = 'tibillet.declaration.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Declaration = pool.get('tibillet.declaration')
        # What is printed was checked to be read.
        with without_check_access():
            rows = [
                sibil.flatten(d.get_content())
                for d in Declaration.browse([int(r) for r in records])]
        return 'csv', spreadsheet.write(
            [list(rows[0]), *(list(row.values()) for row in rows)])
