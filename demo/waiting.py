"""A full hall: who waits, and who is offered what is given back."""
from tibillet_base.tests import tills
from tibillet_base.tests.mails import mailbox

from proteus import Model, Wizard

PLACES = 8
# Name, e-mail, phone, places, whether fewer will do
PEOPLE = [
    ("Garance Millepertuis", 'garance@example.org', None, 4, False),
    ("Anatole Fenouil", 'anatole@example.org', None, 2, True),
    ("Rosalie Verveine", None, '04 99 58 00 12', 1, False),
    ]


def build(room, performance):
    Ticket = Model.get('tibillet.ticket')
    Waiting = Model.get('tibillet.waiting')
    with tills.logged_in(room.caisse):
        for holder, email, phone, quantity, partial in PEOPLE:
            Waiting(
                performance=performance, holder=holder, email=email,
                phone=phone, quantity=quantity, partial=partial).save()
    with tills.logged_in(room.lieu), mailbox():
        ticket, = Ticket.find(
            [('performance', '=', performance.id)], limit=1)
        wizard = Wizard('tibillet.ticket.refund', [ticket])
        wizard.execute('cancel')
        performance.click('offer_places')
