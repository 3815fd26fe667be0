"""Conventions for scenarios, made through the models a person would use."""
import datetime as dt
from decimal import Decimal

from proteus import Model

__all__ = [
    'read_as_client', 'create_party', 'create_convention', 'add_party',
    'add_contribution', 'create_version', 'sign_version', 'adopt_version',
    'activate_convention', 'create_draft_convention',
    'create_active_convention']

START = dt.date(2026, 1, 1)
# Nature, description, quantity, unit cost, VAT rate: the published draft.
PROVIDER_CONTRIBUTIONS = [
    ('equipment', "Sunmi V2s", '17', '300', '0.20'),
    ('equipment', "Sunmi D3 mini", '2', '300', '0.20'),
    ('equipment', "Stripe terminals", '6', '300', '0.20'),
    ('equipment', "Wi-Fi access points", '2', '180', '0.20'),
    ('consumable', "NFC cards", '6000', '0.35', '0.20'),
    ('fee', "Stripe fees", '1', '2500', None),
    ('time', "Days on site", '13', '200', None),
    ('sundry', "Cables, switches and servers", '1', '500', '0.20'),
    ]
OPERATOR_CONTRIBUTIONS = [
    ('consumable', "NFC cards made", '11000', '0.35', '0.20'),
    ]


def read_as_client(name, config=None):
    """Read all the records of a model as the client does to show them

    The names of what they are linked to are read too, list and form.
    """
    Model_ = Model.get(name, config=config)
    ids = [r.id for r in Model_.find([])]
    for view_type in ['tree', 'form']:
        view = Model_._proxy.fields_view_get(
            None, view_type, Model_._config.context)
        names = list(view['fields'])
        names += [
            f'{field_name}.rec_name'
            for field_name, field in view['fields'].items()
            if field['type'] in {'many2one', 'reference', 'one2one'}]
        Model_._proxy.read(ids, names, Model_._config.context)
    return len(ids)


def create_party(name, config=None):
    Party = Model.get('party.party', config=config)
    party = Party(name=name)
    party.save()
    return party


def create_convention(name="Co-operation", start=START, config=None):
    "Return a draft convention without parties nor clauses"
    Convention = Model.get('tibillet.convention', config=config)
    convention = Convention(name=name)
    convention.start = start
    convention.save()
    return convention


def add_party(
        convention, party, *roles, recoups=True, vat_regime='subject',
        declared_total=None, signatory=None):
    "Add a party with its roles, and return its line"
    line = convention.parties.new()
    line.party = party
    line.roles = list(roles)
    line.recoups = recoups
    line.vat_regime = vat_regime
    line.declared_total = declared_total
    line.signatory = signatory or f"Someone of {party.name}"
    convention.save()
    line, = [p for p in convention.parties if p.party == party]
    return line


def add_contribution(
        convention, contributor, description, quantity, unit_cost,
        nature='equipment', vat_rate=None, date=START, config=None,
        **values):
    "Return a contribution, which is saved"
    Contribution = Model.get(
        'tibillet.convention.contribution', config=config)
    contribution = Contribution()
    contribution.convention = convention
    contribution.contributor = contributor
    contribution.nature = nature
    contribution.description = description
    contribution.quantity = Decimal(quantity)
    contribution.unit_cost = Decimal(unit_cost)
    contribution.vat_rate = Decimal(vat_rate) if vat_rate else None
    contribution.date = date
    for name, value in values.items():
        setattr(contribution, name, value)
    contribution.save()
    return contribution


def create_version(
        convention, effective_from=START, destinations=None, config=None,
        **values):
    """Return a draft version: 35 then 12 %, unless values say otherwise

    destinations: {name: rate}.
    """
    Version = Model.get('tibillet.convention.version', config=config)
    version = Version()
    version.convention = convention
    version.effective_from = effective_from
    for name, value in {
            'pre_kind': 'flat',
            'pre_rate': Decimal('0.35'),
            'pre_floor': Decimal('500'),
            'pre_cap': Decimal('15000'),
            'post_kind': 'flat',
            'post_rate': Decimal('0.12'),
            'post_floor': Decimal('150'),
            'post_cap': Decimal('6000'),
            'max_rate': Decimal('0.60'),
            **values}.items():
        setattr(version, name, value)
    for name, rate in (destinations or {"Development": '1'}).items():
        destination = version.destinations.new()
        destination.name = name
        destination.rate = Decimal(rate)
    version.save()
    return version


def sign_version(version, party, date=START):
    "Have the version signed by a line of party"
    signature = version.signatures.new()
    signature.party = party
    signature.date = date
    version.save()


def adopt_version(version, date=START):
    "Propose the version, have it signed by all who must, and adopt it"
    version.click('propose')
    for party in version.convention.parties:
        if {'provider', 'operator'} & set(party.roles):
            sign_version(version, party, date=date)
    version.click('adopt')
    return version


def activate_convention(convention):
    convention.click('activate')
    return convention


def create_draft_convention(
        provider=None, operator=None, operator_recoups=False, start=START,
        config=None):
    """Return the convention of the published draft, with its contributions

    The provider has brought 15 560.00, the operator 3 850.00.
    """
    provider = provider or create_party("Co-operative", config=config)
    operator = operator or create_party("Association", config=config)
    convention = create_convention(start=start, config=config)
    add_party(
        convention, provider, 'provider', 'contributor', 'owner',
        declared_total=Decimal('15500'))
    add_party(
        convention, operator, 'operator', 'contributor',
        recoups=operator_recoups, declared_total=Decimal('3750'))
    for contributor, lines in [
            (provider, PROVIDER_CONTRIBUTIONS),
            (operator, OPERATOR_CONTRIBUTIONS)]:
        for nature, description, quantity, unit_cost, vat_rate in lines:
            add_contribution(
                convention, contributor, description, quantity, unit_cost,
                nature=nature, vat_rate=vat_rate, date=start,
                vat_recoverable=bool(vat_rate), config=config)
    convention.reload()
    return convention


def create_active_convention(
        provider=None, operator=None, operator_recoups=False, start=START,
        destinations=None, config=None, **values):
    "Return the convention of the draft, adopted at 35 then 12 % and active"
    convention = create_draft_convention(
        provider=provider, operator=operator,
        operator_recoups=operator_recoups, start=start, config=config)
    version = create_version(
        convention, effective_from=start, destinations=destinations,
        config=config, **values)
    adopt_version(version, date=start)
    convention.reload()
    return activate_convention(convention)
