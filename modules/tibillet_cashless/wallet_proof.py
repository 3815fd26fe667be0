import logging

from tibillet_base import tools
from tibillet_base.instant import Instant

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access
from trytond.wizard import StateAction, Wizard

from . import wallet_check, wallet_check_books
from .wallet_fact import WalletFactMixin

logger = logging.getLogger(__name__)


class WalletProof(WalletFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.proof'
    __string__ = "Wallet Proof"

    at = Instant("At", required=True, readonly=True)
    user = fields.Char(
        "User", readonly=True, strip=False,
        help="Empty if the server acted by itself.")
    operations = fields.Integer(
        "Operations", required=True, readonly=True)
    seconds = fields.Integer("Seconds", required=True, readonly=True)
    state = fields.Selection([
            ('proved', "Proved"),
            ('broken', "Broken"),
            ], "State", required=True, readonly=True, sort=False)
    result = fields.Text(
        "Result", readonly=True, strip=False,
        states={
            'invisible': Eval('state') != 'broken',
            },
        help="The first records that break.")
    waiting = fields.Text(
        "Not in the Books yet", readonly=True, strip=False,
        states={
            'invisible': ~Eval('waiting'),
            },
        help="What is on the cards and not yet on the account of what is "
        "owed to the holders, by till.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('at', 'DESC'), ('id', 'DESC')]

    def get_rec_name(self, name):
        return gettext(
            'tibillet_cashless.msg_wallet_proof_name', id=self.id)

    @classmethod
    @without_check_access
    def prove(cls):
        "Read all the wallets again and record whether something is broken"
        at = tools.now()
        user = tools.who()
        found = wallet_check.check()
        texts = [wallet_check.say(problem) for problem in found.problems]
        for text in texts:
            logger.error("%s", text)
        proof, = cls.create([{
                    'at': at,
                    'user': user,
                    'operations': found.operations,
                    'seconds': round((tools.now() - at).total_seconds()),
                    'state': 'broken' if texts else 'proved',
                    'result': '\n'.join(texts),
                    'waiting': '\n'.join(wallet_check_books.say_waiting()),
                    }])
        return proof

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'broken', 'danger', 'success')),
            ]


class WalletProve(Wizard):
    __name__ = 'tibillet.wallet.prove'
    start_state = 'prove'

    prove = StateAction('tibillet_cashless.act_wallet_proof')

    def do_prove(self, action):
        pool = Pool()
        Proof = pool.get('tibillet.wallet.proof')
        proof = Proof.prove()
        action['views'].reverse()
        return action, {'res_id': proof.id}
