"""What the list of a model says while it has no record.

The sentence is the message msg_empty_<name of the model>, in any module. It
goes with the view of a list to the clients; the web client shows it.
"""
from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

PREFIX = 'msg_empty_'


class EmptyMixin:
    __slots__ = ()

    @classmethod
    def fields_view_get(cls, view_id=None, view_type='form', level=None):
        view = super().fields_view_get(
            view_id=view_id, view_type=view_type, level=level)
        if view['type'] == 'tree':
            sentence = sentence_of(cls.__name__)
            if sentence and not cls._may_begin():
                sentence = gettext('tibillet_base.msg_empty')
            if sentence:
                # The view itself is kept by the platform.
                view = {**view, 'empty': sentence}
        return view

    @classmethod
    def _may_begin(cls):
        """Tell whether the sentence is for the current user

        A partner, who only reads, is not told to create.
        """
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        User = pool.get('res.user')
        return not User.get_partner_parties() or ModelAccess.check(
            cls.__name__, mode='create', raise_exception=False)


@without_check_access
def sentence_of(model):
    "Return what an empty list of a model says, None if nothing"
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    datas = ModelData.search([
            ('model', '=', 'ir.message'),
            ('fs_id', '=', PREFIX + model.replace('.', '_')),
            ], limit=1)
    if datas:
        data, = datas
        return gettext(f'{data.module}.{data.fs_id}')
