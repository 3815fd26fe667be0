"""Several people click on the same button at once."""
import pytest

pytestmark = pytest.mark.browser

CONVENTION = 'tibillet.convention'


def date(year, month, day):
    return {'__class__': 'date', 'year': year, 'month': month, 'day': day}


def decimal(value):
    return {'__class__': 'Decimal', 'decimal': value}


def create(client, model, **values):
    id, = client.ask(f'model.{model}.create', [values])
    return id


def click_at_once(client, model, button, id, times):
    "Send the clicks together, return how many were accepted"
    return client.page.evaluate(
        """async ([method, id, times]) => {
            const click = () => new Promise((resolve, reject) => Sao.rpc(
                {method: method, params: [[id], {}]},
                Sao.Session.current_session, true, false)
                .then(resolve, reject));
            const answers = await Promise.allSettled(
                Array.from({length: times}, click));
            return answers.filter(a => a.status == 'fulfilled').length;
        }""", [f'model.{model}.{button}', id, times])


def test_a_convention_is_activated_once(own_client):
    client = own_client
    client.log_in('compta')
    client.wait_menu()
    user = client.ask('model.res.user.get_preferences', True)
    company = client.ask(
        'model.company.company.read', [user['company']],
        ['party', 'currency'])[0]
    convention = create(
        client, CONVENTION, name="Course", company=company['id'],
        currency=company['currency'], start=date(2026, 1, 1))
    create(
        client, f'{CONVENTION}.party', convention=convention,
        party=company['party'], company=company['id'],
        roles=['provider', 'operator'],
        signatory="Zoé", recoups=True)
    unit, = client.search('product.uom', [['symbol', '=', 'u']])
    create(
        client, f'{CONVENTION}.contribution', convention=convention,
        contributor=company['party'], date=date(2026, 1, 1),
        nature='sundry', description="Câbles", quantity=decimal('1'),
        unit=unit, unit_cost=decimal('100'), tax_included=True)
    version = create(
        client, f'{CONVENTION}.version', convention=convention,
        effective_from=date(2026, 1, 1), pre_kind='flat',
        pre_rate=decimal('0.3'), post_kind='none', destinations=[
            ['create', [{'name': "Développement", 'rate': decimal('1')}]]])
    client.ask(f'model.{CONVENTION}.version.propose', [version])
    party, = client.search(
        f'{CONVENTION}.party', [['convention', '=', convention]])
    create(
        client, f'{CONVENTION}.version.signature', version=version,
        party=party, signatory="Zoé", date=date(2025, 12, 1))
    client.ask(f'model.{CONVENTION}.version.adopt', [version])

    assert click_at_once(client, CONVENTION, 'activate', convention, 4) >= 1
    # Its contribution is in the ledger once.
    assert len(client.search(
            f'{CONVENTION}.entry', [['convention', '=', convention]])) == 1
