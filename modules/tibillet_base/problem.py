"""What a record cannot be, and what is asked about it, in sentences.

The framework refuses a value by its domain without saying what to do. Here a
record says itself what is wrong with it, before domains are looked at. What
surprises is only asked about: who goes on means it.
"""
from trytond.i18n import gettext
from trytond.model import ModelStorage, fields
from trytond.model.exceptions import ValidationError
from trytond.pool import Pool


class ProblemMixin(ModelStorage):
    "What refuses to be saved as long as it has a problem"
    __slots__ = ()

    _problem_error = ValidationError
    # The id of its messages, to which the name of the problem is added.
    _problem_message = None

    @classmethod
    def _validate(cls, records, field_names=None):
        names = set(cls._fields if field_names is None else field_names)
        required = [
            n for n, f in cls._fields.items()
            if f.required and not isinstance(f, fields.Function)]
        for record in records:
            # The framework says by itself what is empty.
            if any(getattr(record, n) is None for n in required):
                continue
            record._check_problem(names)
        super()._validate(records, field_names=field_names)

    def _check_problem(self, field_names):
        """Refuse the record as long as it has a problem

        Overridden by what has an error of its own.
        """
        problem = self._get_problem(field_names)
        if problem:
            raise self._problem_error(self._say_problem(problem))

    def _get_problem(self, field_names):
        """Return what to correct before the record is saved, or nothing

        All that is required is there.
        field_names: set of what is written, all of them for a new record.
        """

    def _get_problem_names(self):
        "Return what the sentences about the record name"
        return {}

    def _say_problem(self, problem):
        return gettext(
            f'{self._problem_message}_{problem}', **self._get_problem_names())


class SurpriseMixin(ProblemMixin):
    "What asks before it keeps what is most likely a typing error"
    __slots__ = ()

    _surprise_warning = None

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Warning = pool.get('res.user.warning')
        super().on_modification(mode, records, field_names=field_names)
        if mode == 'delete':
            return
        names = set(cls._fields if field_names is None else field_names)
        for record in records:
            for surprise in record._get_surprises(names):
                key = record._get_surprise_key(surprise)
                if Warning.check(key):
                    raise cls._surprise_warning(
                        key, record._say_problem(surprise))

    def _get_surprises(self, field_names):
        "Yield what to ask about what is written"
        yield from ()

    def _get_surprise_key(self, surprise):
        """Return the key of the question

        It names what was typed, never the id of the record: that of a new
        one changes at each try.
        """
