"Keep what is in the books as it was computed: buttons and wizards change it"
from tibillet_base.append_only import refuse_changes

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow
from trytond.pool import PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from .exceptions import AssetModificationError

# What is still written on an asset that runs.
SAID = {'comment'}
# What only buttons and wizards write, on drafts too.
COMPUTED = {'number', 'state', 'lines', 'move', 'update_moves', 'revisions'}
FIGURES = [
    'asset', 'date', 'depreciation', 'acquired_value', 'depreciable_basis',
    'actual_value', 'accumulated_depreciation', 'units', 'move']


class Asset(metaclass=PoolMeta):
    __name__ = 'account.asset'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['draft']['invisible'] = Eval('state') != 'running'
        cls._buttons['clear_lines']['invisible'] = (
            ~Eval('lines', [0]) | (Eval('state') != 'draft'))
        cls._buttons['create_lines']['invisible'] = (
            (Eval('lines', []) & (Eval('state') != 'running'))
            | ~Eval('state').in_(['draft', 'running']))

    @classmethod
    def check_modification(cls, mode, assets, values=None, external=False):
        super().check_modification(
            mode, assets, values=values, external=external)
        if not external or mode == 'delete':
            return
        for asset in assets:
            if mode == 'create':
                refused = asset.state != 'draft' or any(
                    getattr(asset, n) for n in COMPUTED - {'state'})
            else:
                refused = COMPUTED & values.keys()
            if refused:
                raise AssetModificationError(gettext(
                        'tibillet_equipment.msg_asset_computed',
                        asset=asset.rec_name))
            frozen = (values or {}).keys() - SAID
            if frozen and asset.state != 'draft':
                raise AssetModificationError(gettext(
                        f'tibillet_equipment.msg_asset_modify_{asset.state}',
                        asset=asset.rec_name,
                        fields=", ".join(
                            cls.__names__(name)['field']
                            for name in sorted(frozen))))

    @classmethod
    @ModelView.button
    def create_lines(cls, assets):
        # What is not posted of a running asset is planned anew.
        cls.clear_lines([a for a in assets if a.state == 'running'])
        super().create_lines(cls.browse(assets))

    @classmethod
    def clear_lines(cls, assets):
        # A running asset without lines would depreciate no more: the
        # buttons and wizards that clear them make them again.
        if Transaction().check_access:
            for asset in assets:
                if asset.state == 'running':
                    raise AssetModificationError(gettext(
                            'tibillet_equipment.msg_asset_clear_lines',
                            asset=asset.rec_name))
        super().clear_lines(assets)

    def is_unposted(self):
        "Return whether nothing of the asset is in the books"
        return (
            self.state != 'closed'
            and not any(l.move for l in self.lines)
            and not self.update_moves)

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, assets):
        # What is posted stays, and is then refused.
        cls.clear_lines([a for a in assets if a.is_unposted()])
        super().draft(cls.browse(assets))


class AssetLine(metaclass=PoolMeta):
    __name__ = 'account.asset.line'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, FIGURES, when='OLD.move IS NOT NULL')

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        for line in lines:
            if external or mode != 'create' and (
                    line.move and line.move.state == 'posted'):
                raise AssetModificationError(gettext(
                        'tibillet_equipment.msg_asset_line_modify',
                        asset=line.asset.rec_name))
