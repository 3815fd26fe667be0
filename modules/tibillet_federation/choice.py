"""What may not be chosen, in words.

The domain of a field tells a client what to propose. Who writes something
else, by an import or another client, reads here what to choose instead: the
sentence of the framework, which comes after, tells a domain.
"""
from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext

from .exceptions import ChoiceError


def refuse(code, **values):
    raise ChoiceError(gettext(
            f'tibillet_federation.msg_choice_{code}', **values))


class OfConventionMixin(ProblemMixin):
    "What chooses among what its convention has"
    __slots__ = ()

    _of_convention = []

    def _check_problem(self, field_names):
        for name in self._of_convention:
            chosen = getattr(self, name) if name in field_names else None
            if (chosen and self.convention
                    and chosen.convention != self.convention):
                refuse(
                    'convention', field=self.__names__(name)['field'],
                    convention=self.convention.rec_name)
        super()._check_problem(field_names)
