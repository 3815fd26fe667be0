"""A module that is activated after ours finds our data for it."""
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase, activate_module
from trytond.transaction import Transaction


class LaterTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_base'])

    def get_id(self, name):
        ModelData = Pool().get('ir.model.data')
        try:
            return ModelData.get_id(name)
        except KeyError:
            return None

    def activate(self, name):
        with Transaction().start(DB_NAME, 1, close=True) as transaction:
            pool = Pool()
            Module = pool.get('ir.module')
            Upgrade = pool.get('ir.module.activate_upgrade', type='wizard')
            modules = Module.search([('name', '=', name)])
            Module.activate(modules)
            transaction.commit()
            session, _, _ = Upgrade.create()
            transaction.commit()
            Upgrade(session).transition_upgrade()

    def test_later(self):
        name = 'tibillet_base.access_product_template_tax_agent'
        with Transaction().start(DB_NAME, 1):
            self.assertIsNone(self.get_id(name))
        self.activate('product')
        with Transaction().start(DB_NAME, 1):
            self.assertIsNotNone(self.get_id(name))
            Group = Pool().get('res.group')
            manager = Group(self.get_id('tibillet_base.group_venue_manager'))
            self.assertIn(
                self.get_id('product.group_product_admin'),
                [g.id for g in manager.implied])
