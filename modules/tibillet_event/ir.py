from trytond.pool import PoolMeta


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.method.selection.extend([
                ('tibillet.waiting|make_offers',
                    "Offer Places to Who Waits"),
                ('tibillet.waiting|forget_people',
                    "Forget Who Has Waited"),
                ])
