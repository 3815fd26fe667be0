"What leaves the books: its last depreciation, then its net value to 657"
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from .asset import OUR_METHODS
from .exceptions import AssetDisposalError, EquipmentRetireError


class Asset(metaclass=PoolMeta):
    __name__ = 'account.asset'

    @classmethod
    @ModelView.button
    @Workflow.transition('closed')
    def close(cls, assets, account=None, date=None):
        cls.check_closing(assets, date)
        cls.depreciate_until(assets, date)
        super().close(assets, account=account, date=date)

    @classmethod
    def check_closing(cls, assets, date=None):
        """Refuse to close the assets of units on a day, or without account

        What was posted after the day would stay in the books.
        """
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        for asset in assets:
            if not asset.equipment:
                continue
            stop = date or asset._today
            posted = max(
                (l.date for l in asset.lines if l.move and l.date > stop),
                default=None)
            if posted:
                raise EquipmentRetireError(gettext(
                        'tibillet_equipment.msg_equipment_retire_posted',
                        equipment=asset.equipment.rec_name,
                        date=lang.strftime(stop),
                        day=lang.strftime(posted)))
            if (asset.get_closing_value(stop) > 0
                    and not asset.product.account_disposal_expense_used):
                raise AssetDisposalError(gettext(
                        'tibillet_equipment.msg_asset_disposal_expense',
                        equipment=asset.equipment.rec_name,
                        company=asset.company.rec_name))

    def check_sale(self):
        "Refuse to sell the asset of a unit without the account of its price"
        if (self.equipment
                and not self.product.account_disposal_income_used):
            raise AssetDisposalError(gettext(
                    'tibillet_equipment.msg_asset_disposal_income',
                    equipment=self.equipment.rec_name,
                    company=self.company.rec_name))

    @property
    def _today(self):
        pool = Pool()
        Date = pool.get('ir.date')
        with Transaction().set_context(company=self.company.id):
            return Date.today()

    def get_closing_value(self, date):
        "Return the net value that leaves the books if it closes on the day"
        if self.depreciation_method in OUR_METHODS:
            return self.get_net_value_on(date)
        return (
            self.value - self.depreciated_amount
            - self.get_depreciated_amount())

    @classmethod
    def depreciate_until(cls, assets, date=None):
        """Post what the assets have depreciated until the day they close

        The standard method keeps what is already posted.
        """
        pool = Pool()
        Line = pool.get('account.asset.line')
        Move = pool.get('account.move')
        assets = [a for a in assets if a.depreciation_method in OUR_METHODS]
        cls.clear_lines(assets)
        lines, moves = [], []
        for asset in assets:
            stop = date or asset._today
            with Transaction().set_context(asset_closing_date=stop):
                plan = cls(asset.id).depreciate()
            for line_date, line in plan.items():
                line.asset = asset
                line.date = line_date
                lines.append(line)
        Line.save(lines)
        moves = [l.asset.get_move(l) for l in lines]
        Move.save(moves)
        for line, move in zip(lines, moves):
            line.move = move
        Line.save(lines)
        Move.post(moves)

    def get_closing_move(self, account, date=None):
        expense = self.product.account_disposal_expense_used
        net_value = (
            self.value - self.depreciated_amount
            - self.get_depreciated_amount())
        if expense and net_value > 0:
            # PCG 2025: disposals are gross, the net book value is a charge
            # (657) and the price an income (757), whatever was asked.
            account = expense
        move = super().get_closing_move(account, date=date)
        # What is worth nothing is written nowhere, but a move has a line.
        move.lines = [
            l for l in move.lines
            if (l.debit or Decimal(0)) != (l.credit or Decimal(0))
            ] or move.lines
        return move
