"Keep what is in the books as it was computed: buttons and wizards change it"
from tibillet_base.append_only import refuse_changes

from trytond.i18n import gettext
from trytond.pool import PoolMeta

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
                field, *_ = sorted(frozen)
                raise AssetModificationError(gettext(
                        f'tibillet_equipment.msg_asset_modify_{asset.state}',
                        asset=asset.rec_name,
                        **cls.__names__(field)))


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
