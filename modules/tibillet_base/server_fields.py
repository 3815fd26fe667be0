"""Which fields only the server fills in, and nobody sends.

Figures, states, numbers, hashes, days and users of what has happened: the
forms show them and do not send them, and a client that does is refused, at
whatever depth of its values they are, whatever it writes in them. This is
decided on what is sent, before anything is written: a value may be that of
the default, or be written over before anyone looks at it.

They are the fields that are read-only whatever the record, of our models and
those we add to models of the standard, and what `_server_fields` names. What
belongs there and is sent all the same is in `_client_fields`.

The mixin is laid over every model that stores (see register_mixin in
tryton.cfg). What buttons, wizards, routes and tasks write is the server's:
they run without checks of access, which no client can ask for.
"""
from trytond.i18n import gettext
from trytond.model import ModelStorage
from trytond.transaction import Transaction

from .append_only import LOG
from .exceptions import ServerFieldError
from .fact import FactMixin

# What trytond itself leaves out.
IGNORED = LOG | {'rec_name', 'xml_id'}


def is_outside():
    "Return if what is written comes from a client as it is"
    transaction = Transaction()
    return bool(transaction.user and transaction.check_access)


def get_server_fields(Model):
    "Return the names of the fields that only the server fills in"
    # The client is told by the fact itself that it makes none.
    if issubclass(Model, FactMixin):
        return frozenset()
    names = {
        name for name, field in Model._fields.items()
        # Computed ones have no setter, which makes them so.
        if field.readonly and is_ours(Model, name)}
    for class_ in Model.__mro__:
        names |= vars(class_).get('_server_fields', set())
    for class_ in Model.__mro__:
        names -= vars(class_).get('_client_fields', set())
    return frozenset(names - IGNORED)


def is_ours(Model, name):
    "Return if the field, or its whole model, is one of the suite"
    return Model.__name__.startswith('tibillet.') or any(
        class_.__module__.startswith('tibillet') and name in vars(class_)
        for class_ in Model.__mro__)


def get_sent(commands):
    "Yield the values that the commands of a list send, and what for"
    for command in commands if isinstance(commands, (list, tuple)) else []:
        if not isinstance(command, (list, tuple)):
            continue
        action, *arguments = command
        if action == 'create':
            sent = [values for vlist in arguments[:1] for values in vlist]
        elif action == 'write':
            sent = arguments[1::2]
        elif action == 'copy':
            sent = arguments[1:]
        else:
            continue
        for values in sent:
            if isinstance(values, dict):
                yield action, values


class ServerFieldGuard(ModelStorage):
    __slots__ = ()
    _server_names = frozenset()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # The class is complete when the mixin is laid over it.
        cls._server_names = get_server_fields(cls)

    @classmethod
    def default_get(cls, fields_names=None, *args, **kwargs):
        # The context comes from the client too.
        names = {f'default_{name}' for name in cls._server_names}
        context = Transaction().context
        if not names & context.keys():
            return super().default_get(fields_names, *args, **kwargs)
        with Transaction().reset_context(), Transaction().set_context({
                    key: value for key, value in context.items()
                    if key not in names}):
            return super().default_get(fields_names, *args, **kwargs)

    @classmethod
    def _before_create(cls, vlist):
        # A copy repeats what the server has written.
        if (is_outside()
                and Transaction().context.get('_copied') != cls.__name__):
            for values in vlist:
                cls._check_sent('create', values)
        return super()._before_create(vlist)

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        # What the model says of its own record comes first.
        super().check_modification(
            mode, records, values=values, external=external)
        if mode == 'write' and external:
            cls._check_sent('write', values)

    @classmethod
    def copy(cls, records, default=None):
        if not is_outside():
            return super().copy(records, default=default)
        cls._check_sent('copy', default or {})
        with Transaction().set_context(_copied=cls.__name__):
            return super().copy(records, default=default)

    @classmethod
    def _check_sent(cls, mode, values):
        "Refuse what a client sends, in the lists of the record too"
        wrong = cls._server_names & values.keys()
        if mode != 'write':
            wrong = {name for name in wrong if not cls._is_parent(name)}
        if wrong:
            names = sorted(cls.__names__(name)['field'] for name in wrong)
            raise ServerFieldError(gettext(
                    'tibillet_base.msg_server_field',
                    fields=', '.join(names),
                    model=cls.__names__()['model']))
        for key, value in values.items():
            # The defaults of a copy are named as lines.product.
            name, _, nested = key.partition('.')
            field = cls._fields.get(name)
            if getattr(field, '_type', None) in {'one2many', 'many2many'}:
                Target = field.get_target()
                if nested:
                    sent = [(mode, {nested: value})]
                else:
                    sent = get_sent(value)
                for nested_mode, nested_values in sent:
                    Target._check_sent(nested_mode, nested_values)

    @classmethod
    def _is_parent(cls, name):
        "Return if the field is filled in by the list that holds the record"
        field = cls._fields[name]
        return field._type == 'many2one' and any(
            held._type == 'one2many' and held.model_name == cls.__name__
            and held.field == name and not held.readonly
            for held in field.get_target()._fields.values())
