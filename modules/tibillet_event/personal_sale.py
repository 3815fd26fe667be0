"""What sales and invoices tell a company of a person."""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta


class PersonalData(metaclass=PoolMeta):
    __name__ = 'tibillet.personal.data'

    @classmethod
    def _get_parts(cls, whom):
        pool = Pool()
        Sale = pool.get('sale.sale')
        return [
            *super()._get_parts(whom),
            ('sales', 'tibillet_event.msg_personal_data_sales',
                Sale.search(whom.domain(email=None)), [
                    'number', 'sale_date', 'state', 'total_amount']),
            ('invoices', 'tibillet_event.msg_personal_data_invoices',
                cls._get_invoices(whom), [
                    'number', 'invoice_date', 'state', 'total_amount']),
            ]

    @classmethod
    def _get_invoices(cls, whom):
        pool = Pool()
        Invoice = pool.get('account.invoice')
        return Invoice.search(whom.domain(email=None))

    @classmethod
    def get_kept(cls, whom):
        kept = super().get_kept(whom)
        if cls.keeps_party(whom):
            kept.append(
                gettext('tibillet_event.msg_personal_data_kept_invoice'))
        return kept

    @classmethod
    def keeps_party(cls, whom):
        return super().keeps_party(whom) or any(
            i.state in {'posted', 'paid', 'cancelled'} and i.number
            for i in cls._get_invoices(whom))
