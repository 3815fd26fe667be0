"""What a terminal says, in English and in French."""

LANGUAGES = ('en', 'fr')

SENTENCES = {
    'settings_missing': (
        "There is no configuration \"{path}\": write it, or name it with "
        "--config.",
        "La configuration « {path} » n'existe pas : écrivez-la, ou "
        "indiquez-la avec --config."),
    'settings_form': (
        "The configuration \"{path}\" cannot be read: {reason}.",
        "La configuration « {path} » est illisible : {reason}."),
    'settings_lacks': (
        "The configuration lacks \"{name}\".",
        "Il manque « {name} » à la configuration."),
    'settings_value': (
        "\"{value}\" is no good value for \"{name}\" of the configuration.",
        "« {value} » ne convient pas pour « {name} » dans la configuration."),
    'settings_clear': (
        "The key of the terminal would travel in clear: write an address "
        "that begins with https://.",
        "La clé du terminal circulerait en clair : écrivez une adresse qui "
        "commence par https://."),
    'key_missing': (
        "This terminal is not paired: type python -m terminal pair with the "
        "code that the manager reads on its form.",
        "Ce terminal n'est pas appairé : tapez python -m terminal pair avec "
        "le code que le responsable lit sur sa fiche."),
    'key_there': (
        "This terminal is paired already, as \"{name}\": choose another "
        "folder to pair it anew.",
        "Ce terminal est déjà appairé, sous le nom « {name} » : choisissez "
        "un autre dossier pour l'appairer à nouveau."),
    'key_open': (
        "Others may read the key in \"{path}\": type chmod 600 on it, or "
        "have the terminal revoked if somebody did.",
        "D'autres peuvent lire la clé dans « {path} » : tapez chmod 600 "
        "dessus, ou faites révoquer le terminal si quelqu'un l'a lue."),
    'key_form': (
        "The key in \"{path}\" cannot be read: pair the terminal in another "
        "folder.",
        "La clé dans « {path} » est illisible : appairez le terminal dans "
        "un autre dossier."),
    'folder': (
        "Nothing can be written in \"{path}\": {reason}.",
        "Rien ne peut être écrit dans « {path} » : {reason}."),
    'journal_broken': (
        "Line {line} of the journal \"{path}\" was changed: keep the file, "
        "and pair the terminal in another folder.",
        "La ligne {line} du journal « {path} » a été modifiée : gardez le "
        "fichier, et appairez le terminal dans un autre dossier."),
    'journal_busy': (
        "Another program uses the journal \"{path}\": end it first.",
        "Un autre programme utilise le journal « {path} » : arrêtez-le "
        "d'abord."),
    'journal_full': (
        "The journal \"{path}\" cannot be written, nothing was sent: "
        "{reason}.",
        "Le journal « {path} » ne peut pas être écrit, rien n'a été "
        "envoyé : {reason}."),
    'reader_unknown': (
        "There is no reader \"{name}\": choose one of {names}.",
        "Le lecteur « {name} » n'existe pas : choisissez parmi {names}."),
    'reader_end': (
        "The reader gives no more cards.",
        "Le lecteur ne donne plus de carte."),
    'reader_library': (
        "The reader needs the library nfcpy: type pip install nfcpy.",
        "Le lecteur a besoin de la bibliothèque nfcpy : tapez pip install "
        "nfcpy."),
    'reader_device': (
        "There is no reader at \"{path}\", or this user may not use it: "
        "{reason}.",
        "Aucun lecteur en « {path} », ou cet utilisateur n'y a pas droit : "
        "{reason}."),
    'order_empty': (
        "Name what is sold: 1 is the first article, 2x3 two of the third.",
        "Indiquez ce qui est vendu : 1 est le premier article, 2x3 deux fois "
        "le troisième."),
    'order_article': (
        "\"{text}\" is no article: type 1 to {count}, or 2x1 for two.",
        "« {text} » n'est pas un article : tapez de 1 à {count}, ou 2x1 pour "
        "deux."),
    'order_amount': (
        "\"{text}\" is no amount: type 20 or 20.00.",
        "« {text} » n'est pas un montant : tapez 20 ou 20.00."),
    'order_money': (
        "Write in the configuration which \"money\" is loaded.",
        "Écrivez dans la configuration quelle monnaie (« money ») est "
        "chargée."),
    'order_method': (
        "The till has no payment method \"{name}\".",
        "La caisse n'a pas de moyen de paiement « {name} »."),
    'operation_unknown': (
        "Nothing of the journal that waits begins with \"{text}\".",
        "Rien de ce qui attend dans le journal ne commence par « {text} »."),
    'no_answer': (
        "The server does not answer ({reason}).",
        "Le serveur ne répond pas ({reason})."),
    'refused': ("Refused: {message} ({code})", "Refusé : {message} ({code})"),
    'waits': (
        "NOT YET PAID. Nobody knows whether the server has recorded it: it "
        "is kept as {uuid} and sent again by \"flush\"; \"give-up\" drops it "
        "({reason}).",
        "PAS ENCORE PAYÉ. Nul ne sait si le serveur l'a enregistré : c'est "
        "gardé sous {uuid} et renvoyé par « flush » ; « give-up » y renonce "
        "({reason})."),
    'before': (
        "Nothing was asked: {count} operations wait for an answer, flush "
        "them or give them up first ({reason}).",
        "Rien n'a été demandé : {count} opérations attendent une réponse, "
        "envoyez-les (flush) ou renoncez-y (give-up) d'abord ({reason})."),
    'paired': (
        "Paired as \"{name}\" of {company}.",
        "Appairé sous le nom « {name} », pour {company}."),
    'till': ("{name} ({state})", "{name} ({state})"),
    'article': (
        "{key:>3}  {label}  {price} {currency}",
        "{key:>3}  {label}  {price} {currency}"),
    'card_empty': ("There is nothing on the card.", "La carte est vide."),
    'balance': (
        "{name}: {balance} (money {money})",
        "{name} : {balance} (monnaie n° {money})"),
    'balance_elsewhere': (
        "{name}: {balance} (money {money}), not taken here",
        "{name} : {balance} (monnaie n° {money}), pas acceptée ici"),
    'melts': (
        "{melts} of it melts on {date} if it is not used.",
        "{melts} fondent le {date} sans utilisation."),
    'done': ("PAID {total}, number {number}", "PAYÉ {total}, numéro {number}"),
    'was_done': (
        "{uuid} of {at} has its answer now:",
        "{uuid} du {at} a maintenant sa réponse :"),
    'change': ("Give back {change}", "Rendre {change}"),
    'moved': (
        "{code}: {amount}, {balance} left",
        "{code} : {amount}, reste {balance}"),
    'undone': (
        "{uuid} had been recorded and is cancelled.",
        "{uuid} avait été enregistré et est annulé."),
    'undo_refused': (
        "{uuid} was given up but is recorded: the venue manager cancels it.",
        "{uuid} a été abandonné mais est enregistré : le responsable du lieu "
        "l'annule."),
    'given_up': (
        "{uuid} is given up: do not serve it. It is cancelled if the server "
        "had recorded it.",
        "{uuid} est abandonné : ne le servez pas. Il sera annulé si le "
        "serveur l'avait enregistré."),
    'nothing_waits': ("Nothing waits.", "Rien n'attend."),
    'waiting': (
        "{uuid} of {at} waits for an answer ({route}).",
        "{uuid} du {at} attend une réponse ({route})."),
    'journal': (
        "\"{name}\": {count} lines in the journal, all in order and signed.",
        "« {name} » : {count} lignes dans le journal, toutes en ordre et "
        "signées."),
    'skew': (
        "The clock of this terminal is {minutes} minutes away from that of "
        "the server: set it.",
        "L'horloge de ce terminal a {minutes} minutes d'écart avec celle du "
        "serveur : réglez-la."),
    'show_card': ("Card?", "Carte ?"),
    'ask_order': ("Articles?", "Articles ?"),
    }


def tell(language, name, /, **values):
    "Return a sentence with its values"
    return SENTENCES[name][LANGUAGES.index(language)].format(**values)
