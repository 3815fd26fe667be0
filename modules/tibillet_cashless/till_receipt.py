"""What a receipt says of the card that has paid, or was loaded."""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from . import melt_show


class ReceiptReport(metaclass=PoolMeta):
    __name__ = 'tibillet.till.receipt'

    @classmethod
    @without_check_access
    def _get_notes(cls, sale, copy):
        pool = Pool()
        OperationSale = pool.get('tibillet.wallet.operation-sale.point.sale')
        notes = super()._get_notes(sale, copy)
        operation = OperationSale.get_operation(sale)
        if not operation:
            return notes
        moves = sorted(
            (m for m in operation.moves if m.wallet), key=lambda m: m.id)
        notes.extend(
            gettext('tibillet_cashless.msg_receipt_left',
                amount=move.money.say(move.balance_units))
            for move in moves)
        if not copy:
            # Said once: what is done since changes it.
            notes.extend(
                gettext('tibillet_cashless.msg_receipt_melts', melts=melts)
                for wallet in dict.fromkeys(m.wallet for m in moves)
                if (melts := melt_show.say(wallet.id)))
        return notes
