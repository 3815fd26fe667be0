from sql.aggregate import Count

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import card_file
from .exceptions import CardImportError


class CardBatch(ModelSQL, ModelView):
    __name__ = 'tibillet.card.batch'
    __string__ = "Card Batch"

    name = fields.Char("Name", required=True)
    origin = fields.Many2One(
        'party.party', "Origin", required=True, ondelete='RESTRICT',
        help="Who hands out the cards.")
    generation = fields.Integer(
        "Generation", required=True,
        domain=[
            ('generation', '>=', 1),
            ],
        help="The rank of the batch among those of the same origin.")
    technology = fields.Selection([
            ('sun', "Signed at Each Reading"),
            ('number', "Number Only"),
            ], "Technology", required=True, sort=False,
        help="Signed: a card that cannot be copied, as NTAG 424 DNA.\n"
        "Number only: a card that is recognised by its number, which can be "
        "copied.")
    received_on = fields.Date("Received on")
    cards = fields.One2Many(
        'tibillet.card', 'batch', "Cards", readonly=True)
    card_count = fields.Function(fields.Integer("Cards"))

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('origin_generation_unique',
                Unique(table, table.origin, table.generation),
                'tibillet_cashless.msg_batch_generation_unique'),
            ]
        cls._order = [
            ('origin', 'ASC'), ('generation', 'DESC'), ('id', 'DESC')]
        cls._buttons.update({
                'import_wizard': {
                    'icon': 'tryton-import',
                    },
                })

    @classmethod
    def default_technology(cls):
        return 'sun'

    @classmethod
    def default_generation(cls):
        return 1

    @classmethod
    def column_card_count(cls, tables):
        pool = Pool()
        Card = pool.get('tibillet.card')
        table, _ = tables[None]
        card = Card.__table__()
        return card.select(Count(card.id), where=card.batch == table.id)

    @classmethod
    def copy(cls, batches, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('cards')
        default.setdefault('generation', lambda d: d['generation'] + 1)
        return super().copy(batches, default=default)

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_card_batch_import')
    def import_wizard(cls, batches):
        pass

    def read_file(self, content):
        """Return the lines of a list of cards, with what is wrong in them

        Raise CardImportError if the file is not a list of cards.
        """
        pool = Pool()
        Card = pool.get('tibillet.card')
        try:
            lines = card_file.read(content)
        except card_file.CardFileError as error:
            raise CardImportError(gettext(
                    f'tibillet_cashless.msg_card_file_{error.code}',
                    batch=self.rec_name)) from error
        good = [line for line in lines if not line.problem]
        known = Card.search(['OR',
                ('uid', 'in', [line.uid for line in good]),
                ('number', 'in', [
                        line.number for line in good if line.number]),
                ], order=[])
        uids = {card.uid for card in known}
        numbers = {card.number for card in known if card.number}
        for line in good:
            if line.uid in uids:
                line.problem = 'uid_known'
            elif line.number in numbers:
                line.problem = 'number_known'
        return lines

    def import_file(self, content):
        """Create the cards of a list, all of them or none

        Return the cards.
        """
        pool = Pool()
        Card = pool.get('tibillet.card')
        lines = self.read_file(content)
        problems = sum(bool(line.problem) for line in lines)
        if problems:
            raise CardImportError(gettext(
                    'tibillet_cashless.msg_card_file_problems',
                    batch=self.rec_name,
                    problems=problems))
        return Card.create([{
                    'batch': self.id,
                    'uid': line.uid,
                    'number': line.number,
                    } for line in lines])


class CardBatchImportStart(ModelView):
    __name__ = 'tibillet.card.batch.import.start'
    __string__ = "Card Batch Import Start"

    file = fields.Binary(
        "File", required=True,
        help="A CSV file with the number read on each card and, if there is "
        "one, the printed number. The first line may name the columns: "
        "uid, number.")


class CardBatchImportReport(ModelView):
    __name__ = 'tibillet.card.batch.import.report'
    __string__ = "Card Batch Import Report"

    card_count = fields.Integer("Cards Ready", readonly=True)
    problem_count = fields.Integer("Lines to Correct", readonly=True)
    lines = fields.One2Many(
        'tibillet.card.batch.import.line', None, "Lines to Correct",
        readonly=True,
        states={
            'invisible': ~Eval('problem_count', 0),
            })


class CardBatchImportLine(ModelView):
    __name__ = 'tibillet.card.batch.import.line'
    __string__ = "Card Batch Import Line"

    line = fields.Integer("Line")
    uid = fields.Char("Card")
    number = fields.Char("Printed Number")
    problem = fields.Selection([
            ('empty', "The number of the card is missing."),
            ('hex', "The number of the card is not hexadecimal."),
            ('length', "A number has 4, 7, 8 or 10 bytes."),
            ('zero', "The number of the card is only zeros."),
            ('random', "The card shows another number at each reading."),
            ('truncated', "The end of the number is missing."),
            ('uid_twice', "The card is already above in the file."),
            ('number_twice',
                "The printed number is already above in the file."),
            ('uid_known', "The card is already recorded."),
            ('number_known', "The printed number is already recorded."),
            ], "Problem")


class CardBatchImport(Wizard):
    __name__ = 'tibillet.card.batch.import'

    start = StateView(
        'tibillet.card.batch.import.start',
        'tibillet_cashless.card_batch_import_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Check", 'report', 'tryton-forward', default=True),
            ])
    report = StateView(
        'tibillet.card.batch.import.report',
        'tibillet_cashless.card_batch_import_report_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Other File", 'start', 'tryton-back'),
            Button(
                "Import", 'import_', 'tryton-import', default=True,
                states={
                    'readonly': Eval('problem_count', 0) > 0,
                    }),
            ])
    import_ = StateTransition()

    def default_start(self, fields):
        return {}

    def default_report(self, fields):
        lines = self.record.read_file(self.start.file)
        problems = [line for line in lines if line.problem]
        return {
            'card_count': len(lines) - len(problems),
            'problem_count': len(problems),
            'lines': [{
                    'line': line.line,
                    'uid': line.uid,
                    'number': line.number,
                    'problem': line.problem,
                    } for line in problems],
            }

    def transition_import_(self):
        self.record.import_file(self.start.file)
        return 'end'

    def end(self):
        return 'reload'
