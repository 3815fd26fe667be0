from proteus import Model, Wizard, config
from trytond.transaction import Transaction


def create_money(name="Rafftou", kind='local', code=None, **values):
    Money = Model.get('tibillet.money')
    money = Money(name=name, code=code or name[:8].upper())
    money.kind = kind
    for key, value in values.items():
        setattr(money, key, value)
    money.save()
    return money


def accept_money(money, party, from_date, to_date=None):
    Acceptance = Model.get('tibillet.money.acceptance')
    acceptance = Acceptance(
        money=money, party=party, from_date=from_date, to_date=to_date)
    acceptance.save()
    return acceptance


def create_batch(origin, name="First cards", generation=1, **values):
    Batch = Model.get('tibillet.card.batch')
    batch = Batch(name=name, origin=origin, generation=generation, **values)
    batch.save()
    return batch


def create_card(batch, uid, number=None, **values):
    Card = Model.get('tibillet.card')
    card = Card(batch=batch, uid=uid, number=number, **values)
    card.save()
    return card


def import_cards(batch, content):
    "Import a list of cards by the wizard, return its report"
    wizard = Wizard('tibillet.card.batch.import', [batch])
    wizard.form.file = content
    wizard.execute('report')
    return wizard


def in_server(act, *args, **values):
    "Call a function of the server in a transaction of its own"
    config_ = config.get_config()
    with Transaction().start(
            config_.database_name, 0,
            context={'company': config_.context.get('company')},
            ) as transaction:
        result = act(*args, **values)
        transaction.commit()
        return result
