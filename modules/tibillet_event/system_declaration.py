"""The declaration of the ticketing system, filled from what is installed.

CGI, annexe IV, art. 50 sexies I: who uses a computerised ticketing system
declares it at its first use and at each change: the software, its version
and its designer, the configuration, the language, the format of the data,
what it does, and samples of what it prints.
"""
import platform

from tibillet_base import reach
from tibillet_base.tools import now, today
from tibillet_base.whole_report import WholeReport

from trytond import __version__ as platform_version
from trytond import backend
from trytond.i18n import gettext
from trytond.modules import get_module_info
from trytond.pool import Pool
from trytond.transaction import Transaction

from .declaration_exceptions import SystemCompanyError


class SystemDeclaration(WholeReport):
    __name__ = 'tibillet.ticket.system'

    @classmethod
    def _get_records(cls, ids, model, data):
        # It tells of the company; the configuration, from which it is
        # printed, is a single one that may never have been saved, so that
        # it has no name for the file.
        return []

    @classmethod
    def _execute(cls, records, header, data, action):
        # The company of the context was written by the client.
        company = Transaction().context.get('company')
        if company is None or company < 0:
            raise SystemCompanyError(gettext(
                    'tibillet_event.msg_system_company'))
        reach.check_companies({'company.company': {company}})
        return super()._execute(records, header, data, action)

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Company = pool.get('company.company')
        Licence = pool.get('tibillet.licence')
        Point = pool.get('sale.point')
        context = super().get_context(records, header, data)
        company = Company(Transaction().context['company'])
        day = today(company)
        context.update(
            company=company,
            day=day,
            made_at=now(),
            modules=get_installed(),
            machine=get_machine(),
            licences=Licence.get_valid([(company, day)])[company, day],
            tills=Point.search([
                    ('company', '=', company.id),
                    ], order=[('code', 'ASC')]))
        return context


def get_installed():
    "Return the name and the version of our modules that are active"
    Module = Pool().get('ir.module')
    return [
        (module.name, get_module_info(module.name).get('version'))
        for module in Module.search([
                ('state', '=', 'activated'),
                ('name', 'like', 'tibillet%'),
                ], order=[('name', 'ASC')])]


def get_machine():
    "Return what the software runs on"
    return {
        'platform': platform_version,
        'python': platform.python_version(),
        'system': f'{platform.system()} {platform.release()}',
        'database': backend.name,
        }
