from trytond.pool import PoolMeta


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.method.selection.extend([
                ('tibillet.wallet.hold|expire', "Release Expired Holds"),
                ('tibillet.wallet.posting|post_night', "Post the Wallets"),
                ('tibillet.wallet.proof|prove', "Prove the Wallets"),
                ('tibillet.melt.notice|give_night', "Give Notices of Melting"),
                ('tibillet.melt.run|melt_night', "Melt Moneys"),
                ])
