"""The draft convention as it was published, as data.

Amounts are euros including tax, at cost, as the authors wrote them; nothing
is corrected here: what does not add up is listed as a question.
Source: "Convention de coopération Mamasound & CCC pour distribution
TiBillet", draft dated 14 September 2024 and its comments of September 2025.
"""
import datetime as dt
from decimal import Decimal

PUBLISHED = dt.date(2025, 9, 14)

COOPERATIVE = "Coopérative Code Commun"
ASSOCIATION = "Mamasound"
SECOND_ASSOCIATION = "Seconde association du collectif Mamasound"

TITLE = "Mamasound & CCC, distribution de TiBillet"

PREAMBLE = """\
La coopérative Code Commun édite TiBillet, une billetterie et un cashless \
libres. Le collectif Mamasound propose TiBillet à d'autres festivals et \
organisations de la région, comme un service de régie générale.

Valeurs à défendre :
- transparence des coûts, des investissements, des salaires et des frais ;
- rôles clairs : la coopérative tient la technique, l'infrastructure et la \
recherche, le collectif tient la diffusion et la mise en œuvre ;
- le matériel est amorti avant toute redistribution ;
- l'entrée en sociétariat est possible ;
- le travail humain est payé : un cachet par prestation commerciale ;
- vision longue : moins de bénévolat, un commun qui dure ;
- le matériel est mutualisé, par écologie et par responsabilité."""

# nature, description, quantity, unit, unit cost, VAT rate held in the cost
CONTRIBUTIONS = {
    COOPERATIVE: [
        ('equipment', "Sunmi V2s", 17, Decimal('300'), Decimal('0.20')),
        ('equipment', "Sunmi D3 mini", 2, Decimal('300'), Decimal('0.20')),
        ('equipment', "TPE bancaire Stripe", 6, Decimal('300'),
            Decimal('0.20')),
        ('equipment', "Borne wifi Ubiquiti U7 Pro Outdoor", 2,
            Decimal('180'), Decimal('0.20')),
        ('consumable', "Cartes NFC", 6000, Decimal('0.35'),
            Decimal('0.20')),
        ('fee', "Frais bancaires Stripe des recharges fédérées", 1,
            Decimal('2500'), None),
        ('time', "Journées d'animation, de formation et de présence", 13,
            Decimal('200'), None),
        ('sundry', "Câbles, switch, alimentations, serveurs VPS, tubes", 1,
            Decimal('500'), Decimal('0.20')),
        ],
    ASSOCIATION: [
        ('consumable', "Cartes NFC fabriquées", 11000, Decimal('0.35'),
            Decimal('0.20')),
        ],
    }

# What the authors wrote as totals, to be shown beside the computed ones.
DECLARED = {
    COOPERATIVE: Decimal('15500'),
    ASSOCIATION: Decimal('3750'),
    }

OBLIGATIONS = {
    COOPERATIVE: [
        "Maintenir la solution TiBillet et assurer son développement",
        "Assurer les frais d'hébergement des serveurs",
        "Assumer les frais de transactions bancaires",
        "Assurer le suivi des transactions entre structures",
        "Réparer et maintenir le matériel existant",
        "Rendre transparents tous les frais engagés et les salaires "
        "dépensés par la coopérative",
        "Reverser une part de la monnaie fondante au bout de 14 mois",
        "Proposer l'entrée en sociétariat aux personnes morales et "
        "physiques du collectif",
        ],
    ASSOCIATION: [
        "Proposer TiBillet à chaque prestation de régie générale pour une "
        "structure extérieure",
        "Utiliser TiBillet pour l'agenda culturel et en promouvoir l'usage "
        "auprès des collectifs montpelliérains",
        "Utiliser le cashless TiBillet dans ses propres événements",
        "Reverser une partie du chiffre d'affaires de chaque prestation "
        "jusqu'à l'amortissement du matériel et des frais associés",
        "Assurer le cachet d'une personne de l'équipe TiBillet par "
        "prestation extérieure",
        "Une fois le matériel amorti, reverser une autre part du chiffre "
        "d'affaires pour le développement continu de la solution",
        "Rendre transparents les frais, les salaires et les factures des "
        "prestations extérieures",
        ],
    }

# title, what the texts say; figures are those of the texts.
QUESTIONS = [
    ("Le total annoncé de la coopérative n'est pas la somme des lignes",
        "Le texte dit « environ 15 500 euros ». Les huit lignes font "
        "15 560,00 €. L'écart est de 60,00 €."),
    ("Le total annoncé de Mamasound n'est pas la somme de la ligne",
        "Le texte dit 3 750 €. 11 000 cartes à 0,35 € font 3 850,00 €. "
        "L'écart est de 100,00 €. 3 750 € seraient 10 714 cartes."),
    ("Les coûts sont TTC, le pourcentage porte sur du hors taxe",
        "La coopérative récupère la TVA : son coût réel serait de "
        "13 816,67 € et non de 15 560,00 €. L'enjeu est de 1 743,33 €."),
    ("L'inventaire est-il de 2024 ou de 2025 ?",
        "Le texte est daté du 14 septembre 2024, les commentaires des 15 "
        "et 17 septembre 2025."),
    ("Combien de Sunmi ?",
        "L'inventaire en compte 19 (17 V2s et 2 D3 mini), Axel parle de "
        "« 20+ »."),
    ("Une journée vaut-elle 200 € ou 300 € ?",
        "L'inventaire compte les journées passées à 200 €. Axel propose "
        "300 € par jour de suivi technique pour la suite."),
    ("Que verse une prestation de 150 000 € ?",
        "« CCC ne va pas réclamer 30 000 € » : ce serait 20 %, moins que "
        "les 30 à 40 % proposés. Un taux unique contredit le texte : il "
        "faut un plafond ou un barème."),
    ("Que verse une prestation de 1 000 € ?",
        "« Il faudra prévoir un peu plus, sinon on n'amortira jamais » : "
        "quel minimum, et quelle limite pour que ce minimum ne mange pas "
        "la prestation ?"),
    ("Qui paie l'hébergement et les frais bancaires ?",
        "La coopérative s'engage à les assumer, et le texte les compte "
        "aussi dans les frais à amortir. Un coût ne se récupère qu'une "
        "fois."),
    ("Les 9 000 € d'un festival moyen sont-ils hors taxe ?",
        "Le commentaire ne le dit pas."),
    ("Quel pourcentage avant et après l'amortissement ?",
        "30 à 40 % avant, 10 à 15 % après : à décider."),
    ("Le pourcentage après amortissement couvre-t-il les frais fixes et "
        "la recherche ?",
        "Le texte demande de le vérifier selon la taille des prestations."),
    ("À qui appartient le matériel mutualisé ?",
        "À la coopérative seule, ou en commun avec Mamasound ? Une mise en "
        "commun demande un protocole pour la casse, le vol, la perte et le "
        "renouvellement."),
    ("Le matériel est-il prêté à d'autres structures ?",
        "Axel demande qui porte alors la logistique et ses coûts, et si "
        "c'est un prêt, une vente ou une location."),
    ("Qui tient le cashless pendant l'événement ?",
        "Une équipe bénévole, des contrats, ou l'équipe du festival ? "
        "Dans ce dernier cas, qui la forme ?"),
    ("Un « cachet » pour une technicienne ?",
        "Le cachet est la rémunération d'un artiste. Une personne de la "
        "technique est payée à l'heure. À vérifier avec un comptable."),
    ("Quelle durée et quelle sortie ?",
        "Un an renouvelable ou trois ans ? Rachat ou restitution du "
        "matériel ? Qui remet les clés des données et des serveurs ?"),
    ("Quelle part de la monnaie fondante ?",
        "À définir avant et après l'amortissement du matériel."),
    ("Combien de journées de la coopérative par an ?",
        "Un quota est demandé, pour que la coopérative ne soit pas "
        "sollicitée sans fin gratuitement."),
    ("Quelle part pour les associations locales ?",
        "Une part du pourcentage pourrait aider d'autres associations à "
        "rejoindre TiBillet."),
    ]

# What may be sold to whom, and how the partners go on together.
ARTICLES = [
    ("Objet", "Le collectif Mamasound propose TiBillet et les services "
        "associés à des structures extérieures. La coopérative fournit la "
        "solution, la maintient et accompagne."),
    ("Part versée", "Chaque prestation extérieure verse une part de son "
        "chiffre d'affaires hors taxe, cachet humain déduit, jusqu'à ce "
        "que le pot à amortir soit vide. Ensuite la part baisse et "
        "soutient le développement."),
    ("Cachet", "Chaque prestation extérieure paie au moins une personne "
        "de l'équipe TiBillet."),
    ("Transparence", "Chaque partenaire montre ses coûts à l'autre avec "
        "chaque relevé, avec les justificatifs."),
    ("Usage éthique", "TiBillet n'est pas vendu à un événement contraire "
        "aux valeurs communes. En cas de doute, le collectif est "
        "consulté."),
    ("Non-exclusivité", "Chaque partenaire peut travailler avec d'autres "
        "collectifs et d'autres outils."),
    ]
