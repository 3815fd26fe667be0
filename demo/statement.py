"""The life of a statement, from its first figures to its invoices."""
import datetime as dt
import typing

from proteus import Model

from . import books


class Dates(typing.NamedTuple):
    start: dt.date
    end: dt.date
    issued: dt.date
    contested: dt.date
    answered: dt.date
    approved: dt.date
    invoiced: dt.date


class Objection(typing.NamedTuple):
    event: str
    question: str
    answer: str


def settle(house, convention, dates, objection):
    "Compute, let the association contest, answer, approve, lock and invoice"
    Convention = Model.get('tibillet.convention')
    Statement = Model.get('tibillet.convention.statement')
    with books.working_for(house.cooperative):
        with books.on(dates.issued):
            statement = Statement(convention=Convention(convention.id))
            statement.start_date = dates.start
            statement.end_date = dates.end
            statement.date = dates.issued
            statement.save()
            statement.click('compute')
            statement.click('send')
        _contest(statement, house.parties.association, dates, objection)
        with books.on(dates.approved):
            statement = Statement(statement.id)
            for approval in statement.approvals:
                approval.note = "Par courriel"
                approval.save()
                approval.click('approve')
            statement.reload()
            statement.click('lock_content')
        with books.on(dates.invoiced):
            statement = Statement(statement.id)
            statement.click('invoice')
        return Statement(statement.id)


def _contest(statement, party, dates, objection):
    "Ask about the share of an event, and answer"
    Dispute = Model.get('tibillet.convention.statement.dispute')
    Party = Model.get('party.party')
    Service = Model.get('tibillet.convention.service')
    with books.on(dates.contested):
        contested, = Service.find([('event_name', '=', objection.event)])
        dispute = Dispute(statement=statement, service=contested)
        dispute.party = Party(party.id)
        dispute.text = objection.question
        dispute.save()
    with books.on(dates.answered):
        dispute = Dispute(dispute.id)
        dispute.answer_text = objection.answer
        dispute.save()
        dispute.click('answer')
