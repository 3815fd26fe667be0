"Who has agreed to be written to, and who does not want it any more."
from tibillet_base.tests import tills

from proteus import Model

NAME = "Programme de la halle"
TEXT = (
    "Voulez-vous recevoir notre programme par e-mail, une fois par mois ? "
    "Vous pouvez dire non à tout moment.")
PEOPLE = ['ambre@example.org', 'olivier@example.org', 'jacinthe@example.org']


def build(room, buyer):
    "Ask three people and somebody who has bought; one changes her mind"
    Consent = Model.get('tibillet.consent')
    Purpose = Model.get('tibillet.consent.purpose')
    with tills.logged_in(room.lieu):
        purpose = Purpose(name=NAME, text=TEXT)
        purpose.save()
    with tills.logged_in(room.caisse):
        said = [Consent(purpose=purpose, email=email) for email in PEOPLE]
        said.append(Consent(
                purpose=purpose, party=Model.get('party.party')(buyer.id)))
        for consent in said:
            consent.save()
        said[-2].click('withdraw')
