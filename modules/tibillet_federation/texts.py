"""The texts of words.py: English, then French, by code of sentence.

They are read by volunteers who check a sum: short words, one idea a
sentence, each number of the sum written.
"""

TEXTS = {
    # The base
    'turnover': (
        "Turnover excluding tax: {lines:s} = {turnover:a}",
        "Chiffre d'affaires hors taxes : {lines:s} = {turnover:a}"),
    'exclusions': (
        "To deduct: {lines:s} = {exclusions:a}",
        "À déduire : {lines:s} = {exclusions:a}"),
    'exclusions_negative': (
        "The total to deduct is negative ({exclusions:a}): nothing is "
        "deducted. Please check",
        "Le total à déduire est négatif ({exclusions:a}) : on ne déduit "
        "rien. À vérifier"),
    'exclusions_limited': (
        "To deduct: {exclusions:a}, but no more than {rate:p} of the "
        "turnover counts: {turnover:a} × {rate:p} = {excluded:a}",
        "À déduire : {exclusions:a}, mais on ne déduit pas plus de {rate:p} "
        "du chiffre d'affaires : {turnover:a} × {rate:p} = {excluded:a}"),
    'base': (
        "Base: {turnover:a} of turnover − {excluded:a} deducted = {base:a}",
        "Base du calcul : {turnover:a} de chiffre d'affaires − {excluded:a} "
        "à déduire = {base:a}"),
    'base_turnover': (
        "Base: {base:a} of turnover, nothing to deduct",
        "Base du calcul : {base:a} de chiffre d'affaires, rien à déduire"),
    'base_negative': (
        "{turnover:a} of turnover − {excluded:a} deducted = {result:a}: "
        "below zero, the base is {base:a}. Please check",
        "{turnover:a} de chiffre d'affaires − {excluded:a} à déduire = "
        "{result:a} : c'est moins que zéro, la base est {base:a}. "
        "À vérifier"),
    # The phase
    'opening_pre': (
        "Before this service, {remaining:a} is left to recoup",
        "Avant cette prestation, il reste {remaining:a} à amortir"),
    'opening_post': (
        "All is recouped: the clauses after recoupment apply",
        "Tout est déjà amorti : on applique les clauses d'après "
        "amortissement"),
    'nothing_pre': (
        "These clauses ask for nothing before recoupment",
        "Ces clauses ne demandent rien avant la fin de l'amortissement"),
    'nothing_post': (
        "These clauses ask for nothing after recoupment",
        "Ces clauses ne demandent plus rien après l'amortissement"),
    # The schedule
    'flat': (
        "{base:a} × {rate:p} = {raw:a}",
        "{base:a} × {rate:p} = {raw:a}"),
    'fixed': (
        "Fixed amount: {raw:a}",
        "Montant fixe : {raw:a}"),
    'class': (
        "For a base of {base:a} the rate is {rate:p}: {base:a} × {rate:p} = "
        "{raw:a}",
        "Pour une base de {base:a}, le taux est de {rate:p} : {base:a} × "
        "{rate:p} = {raw:a}"),
    'slice_first': (
        "Up to {upper:a}: {width:a} × {rate:p} = {amount:a}",
        "Jusqu'à {upper:a} : {width:a} × {rate:p} = {amount:a}"),
    'slice': (
        "From {lower:a} to {upper:a}: {width:a} × {rate:p} = {amount:a}",
        "De {lower:a} à {upper:a} : {width:a} × {rate:p} = {amount:a}"),
    'slices': (
        "In all: {lines:s} = {raw:a}",
        "En tout : {lines:s} = {raw:a}"),
    # The cascade
    'tier_cost': (
        "{label:k}: {wanted:a} of costs",
        "{label:k} : {wanted:a} de frais"),
    'tier_cost_most': (
        "{label:k}: {declared:a} of costs, but no more than {price:a}",
        "{label:k} : {declared:a} de frais, mais pas plus de {price:a}"),
    'tier_time': (
        "{label:k}: {days:n} days × {price:a} = {wanted:a}",
        "{label:k} : {days:n} jour(s) × {price:a} = {wanted:a}"),
    'tier_gross_pct': (
        "{label:k}: {base:a} × {rate:p} = {wanted:a}",
        "{label:k} : {base:a} × {rate:p} = {wanted:a}"),
    'tier_net_pct': (
        "{label:k}: {available:a} is left × {rate:p} = {wanted:a}",
        "{label:k} : il reste {available:a} × {rate:p} = {wanted:a}"),
    'tier_recoup': (
        "{label:k}: {base:a} × {rate:p} = {wanted:a} to recoup",
        "{label:k} : {base:a} × {rate:p} = {wanted:a} pour amortir"),
    'tier_recoup_all': (
        "{label:k}: all that is left, {wanted:a}, to recoup",
        "{label:k} : tout ce qui reste, {wanted:a}, pour amortir"),
    'tier_fixed': (
        "{label:k}: {wanted:a}, fixed amount",
        "{label:k} : {wanted:a}, montant fixe"),
    'tier_residual': (
        "{label:k}: all that is left, {wanted:a}",
        "{label:k} : tout ce qui reste, {wanted:a}"),
    'tier_brought': (
        "; with {waiting:a} that waited since before: {wanted:a}",
        "; avec {waiting:a} en attente depuis avant : {wanted:a}"),
    'tier_ahead': (
        "; less {ahead:a} that is paid already: {wanted:a}",
        "; moins {ahead:a} déjà payés : {wanted:a}"),
    'tier_short': (
        "; only {amount:a} was left",
        "; il ne restait que {amount:a}"),
    'tier_cut': (
        "; brought down to {amount:a} by the limits below",
        "; ramené à {amount:a} par les limites qui suivent"),
    # The limits
    'limit_floor': (
        "; less than the minimum, so {amount:a}",
        "; c'est moins que le minimum, on prend {amount:a}"),
    'limit_cap': (
        "; more than the cap, so {amount:a}",
        "; c'est plus que le plafond, on prend {amount:a}"),
    'limit_max_rate': (
        "; no more than {rate:p} of the base: {base:a} × {rate:p} = "
        "{amount:a}",
        "; pas plus de {rate:p} de la base : {base:a} × {rate:p} = "
        "{amount:a}"),
    'limit_base': (
        "; no more than the base: {amount:a}",
        "; pas plus que la base : {amount:a}"),
    'limits_none': (
        "; neither cap nor minimum counts",
        "; ni le plafond ni le minimum ne jouent"),
    'limits_no_floor': (
        "; the minimum does not count",
        "; le minimum ne joue pas"),
    'limits_no_cap': (
        "; the cap does not count",
        "; le plafond ne joue pas"),
    'rounded': (
        "; rounded to {amount:a}",
        "; arrondi à {amount:a}"),
    # The crossing
    'crossing_split': (
        "{alpha:p} of this service is enough to finish recouping: "
        "{remaining:a} ÷ {wanted:a}",
        "Il suffit de {alpha:p} de cette prestation pour finir d'amortir : "
        "{remaining:a} ÷ {wanted:a}"),
    'crossing_bases': (
        "It is as if {base_pre:a} of the base came before the end of "
        "recoupment, and {base_post:a} after",
        "Dans la base, on compte {base_pre:a} avant la fin de "
        "l'amortissement, et {base_post:a} après"),
    'crossing_rule': (
        "What follows comes under the clauses after recoupment",
        "La suite relève des clauses d'après amortissement"),
    'crossing_post': (
        "Only the rest of the service counts: {after:a} × {left:a} ÷ "
        "{wanted:a} = {amount:a}",
        "Seul le reste de la prestation compte : {after:a} × {left:a} ÷ "
        "{wanted:a} = {amount:a}"),
    'crossing_parts': (
        "Other parts: {before:a} × {remaining:a} ÷ {wanted:a} + {after:a} × "
        "{left:a} ÷ {wanted:a} = {amount:a}",
        "Autres parts : {before:a} × {remaining:a} ÷ {wanted:a} + {after:a} "
        "× {left:a} ÷ {wanted:a} = {amount:a}"),
    'crossing_whole': (
        "Only {remaining:a} was left to recoup: {wanted:a} − {remaining:a} "
        "= {excess:a} goes to the destinations",
        "Il ne restait que {remaining:a} à amortir : {wanted:a} − "
        "{remaining:a} = {excess:a} pour les destinations"),
    # Who gets what
    'recouped_one': (
        "{amount:a} recoups what {contributor:k} put in",
        "{amount:a} pour amortir l'apport de {contributor:k}"),
    'recouped_remaining': (
        "{amount:a} is divided by what is left to recoup to each: {parts:l}",
        "On partage {amount:a} selon ce qui reste à amortir à chacun : "
        "{parts:l}"),
    'recouped_initial': (
        "{amount:a} is divided by what each put in: {parts:l}",
        "On partage {amount:a} selon l'apport de chacun : {parts:l}"),
    'recouped_priority': (
        "{amount:a} is divided in the agreed order: {parts:l}",
        "On partage {amount:a} dans l'ordre convenu : {parts:l}"),
    'tiers_paid': (
        "The cascade pays: {parts:l}",
        "La cascade paie : {parts:l}"),
    'local_share': (
        "Local part taken from the recoupment, {rate:p}: {amount:a}",
        "Part locale prise sur l'amortissement, {rate:p} : {amount:a}"),
    'local': (
        "Local part: {base:a} × {rate:p} = {amount:a}",
        "Part locale : {base:a} × {rate:p} = {amount:a}"),
    'destination': (
        "{label:k}: {base:a} × {rate:p} = {amount:a}",
        "{label:k} : {base:a} × {rate:p} = {amount:a}"),
    'cent_moved': (
        "; one cent more or less, so that the sum is right",
        "; à un centime près, pour que la somme soit juste"),
    'destinations_missing': (
        "{amount:a} has no destination in these clauses. Please check",
        "Sans destination dans ces clauses : {amount:a}. À vérifier"),
    # The total
    'total': (
        "Share of this service: {share:a}, {rate:p} of the base",
        "Part de cette prestation : {share:a}, soit {rate:p} de la base"),
    'total_sum': (
        "Share of this service: {lines:s} = {share:a}, {rate:p} of the base",
        "Part de cette prestation : {lines:s} = {share:a}, soit {rate:p} de "
        "la base"),
    'total_nothing': (
        "This service shares nothing",
        "Rien à reverser pour cette prestation"),
    'share_is_base': (
        "The share takes the whole base. Please check",
        "La part prend toute la base. À vérifier"),
    'retained': (
        "{operator:k} keeps {retained:a} that comes back to it: {share:a} − "
        "{retained:a} = {payable:a} to pay",
        "{operator:k} garde ce qui lui revient : {share:a} − "
        "{retained:a} = {payable:a} à payer"),
    'retained_left': (
        "{operator:k} keeps {retained:a} that comes back to it: {share:a} − "
        "{retained:a} = {payable:a}",
        "{operator:k} garde ce qui lui revient : {share:a} − "
        "{retained:a} = {payable:a}"),
    'reimbursed': (
        "Common costs to give back to who paid them: {parts:l}; "
        "{lines:s} = {payable:a} to pay",
        "Frais communs à rembourser à qui les a payés : {parts:l} ; "
        "{lines:s} = {payable:a} à payer"),
    'closing_pre': (
        "Left to recoup: {opening:a} − {recouped:a} = {remaining:a}",
        "Il reste à amortir : {opening:a} − {recouped:a} = {remaining:a}"),
    'closing_post': (
        "Nothing is left to recoup",
        "Il ne reste rien à amortir"),
    'carried': (
        "{label:k}: {amount:a} waits for the next service",
        "{label:k} : {amount:a} à reporter sur la prochaine prestation"),
    'carried_ahead': (
        "{label:k}: {amount:a} is paid ahead, the next service pays less",
        "{label:k} : {amount:a} payés d'avance, la prochaine prestation "
        "paiera moins"),
    # The ledger
    'posting_more': (
        "{date:d}: {amount:a} more to recoup for {contributor:k}",
        "{date:d} : {amount:a} de plus à amortir pour {contributor:k}"),
    'posting_more_all': (
        "{date:d}: {amount:a} more to recoup",
        "{date:d} : {amount:a} de plus à amortir"),
    'posting_less': (
        "{date:d}: {amount:a} less to recoup for {contributor:k}",
        "{date:d} : {amount:a} de moins à amortir pour {contributor:k}"),
    'posting_less_all': (
        "{date:d}: {amount:a} less to recoup",
        "{date:d} : {amount:a} de moins à amortir"),
    'posting_refused': (
        "{date:d}: {declared:a} of new costs do not count, all was already "
        "recouped",
        "{date:d} : on ne compte pas {declared:a} de nouveaux frais, tout "
        "était déjà amorti"),
    'posting_surplus': (
        "{surplus:a} more than what was left: it goes to the renewal fund",
        "{surplus:a} de plus que ce qui restait : ce surplus va au fonds de "
        "renouvellement"),
    'posting_left': (
        "{remaining:a} is left to recoup",
        "Il reste {remaining:a} à amortir"),
    # The correction of a service
    'adjust_base': (
        "Service {number:k} of {date:d} is corrected: base {base:a} instead "
        "of {before:a}",
        "La prestation {number:k} du {date:d} est corrigée : base {base:a} "
        "au lieu de {before:a}"),
    'adjust_again': (
        "Counted again with what was left to recoup on that day",
        "On refait le calcul avec ce qui restait à amortir ce jour-là"),
    'adjust_share': (
        "Share counted again: {share:a} − {already:a} already counted = "
        "{difference:a}",
        "Part recalculée : {share:a} − {already:a} déjà compté = "
        "{difference:a}"),
    'adjust_reopened': (
        "{amount:a} is again to recoup: {remaining:a} is left",
        "De nouveau à amortir : {amount:a} ; il reste {remaining:a}"),
    'adjust_recouped': (
        "{amount:a} more is recouped: {remaining:a} is left",
        "Amorti en plus : {amount:a} ; il reste {remaining:a}"),
    'adjust_spilled': (
        "{amount:a} is not needed any more to recoup: it goes to the "
        "destinations",
        "L'amortissement n'a plus besoin de {amount:a} : ce surplus va aux "
        "destinations"),
    'adjust_carried': (
        "{label:k}: because of this correction {amount:a} more waits for the "
        "next service",
        "{label:k} : avec cette correction, {amount:a} de plus à reporter "
        "sur la prochaine prestation"),
    'adjust_carried_less': (
        "{label:k}: because of this correction the next service pays "
        "{amount:a} less",
        "{label:k} : avec cette correction, la prochaine prestation paiera "
        "{amount:a} de moins"),
    'adjust_retained': (
        "Of this difference {operator:k} keeps {retained:a} that comes back "
        "to it: {lines:s} = {left:a}",
        "Sur cette différence, {operator:k} garde ce qui lui revient, "
        "{retained:a} : {lines:s} = {left:a}"),
    'adjust_reimbursed': (
        "Common costs corrected: {parts:l}; {lines:s} = {payable:a}",
        "Frais communs corrigés : {parts:l} ; {lines:s} = {payable:a}"),
    'adjust_due': (
        "{amount:a} more to pay",
        "{amount:a} de plus à payer"),
    'adjust_refund': (
        "{amount:a} to give back",
        "{amount:a} à rendre"),
    'adjust_nothing': (
        "Nothing more to pay or to give back",
        "Rien de plus à payer ni à rendre"),
    # Clauses that cannot be adopted
    'choice_unknown': (
        "{where:w}: \"{value:k}\" is not a possible choice",
        "{where:w} : « {value:k} » n'est pas un choix possible"),
    'quantum_wrong': (
        "The smallest unit of the currency must be above zero",
        "La plus petite unité de la devise doit dépasser zéro"),
    'schedule_missing': (
        "Set a schedule before recoupment, after it, or both",
        "Indiquez un barème avant amortissement, après, ou les deux"),
    'rate_missing': (
        "{where:w}: set the percentage",
        "{where:w} : indiquez le pourcentage"),
    'rate_range': (
        "{where:w}: write a percentage between 0% and 100% "
        "instead of {rate:p}",
        "{where:w} : écrivez un pourcentage entre 0 % et 100 % "
        "au lieu de {rate:p}"),
    'amount_missing': (
        "{where:w}: set the amount",
        "{where:w} : indiquez le montant"),
    'amount_negative': (
        "{where:w}: {amount:a} must not be below zero",
        "{where:w} : {amount:a} ne doit pas être négatif"),
    'amount_digits': (
        "{where:w}: {amount:a} has more decimals than the currency",
        "{where:w} : {amount:a} a plus de décimales que la devise"),
    'floor_above_cap': (
        "{where:w}: the minimum {floor:a} is above the cap {cap:a}; lower "
        "one or raise the other",
        "{where:w} : le minimum de {floor:a} dépasse le plafond de "
        "{cap:a} ; baissez l'un ou montez l'autre"),
    'brackets_missing': (
        "{where:w}: add at least one bracket",
        "{where:w} : ajoutez au moins une tranche"),
    'brackets_order': (
        "{where:w}: the bound {bound:a} must be above {lower:a}",
        "{where:w} : la borne {bound:a} doit dépasser {lower:a}"),
    'brackets_open': (
        "{where:w}: only the last bracket, and always the last, has no "
        "bound",
        "{where:w} : la dernière tranche, et elle seule, n'a pas de borne"),
    'tiers_missing': (
        "{where:w}: add at least one step to the cascade",
        "{where:w} : ajoutez au moins un palier à la cascade"),
    'tier_duplicate': (
        "{where:w}: two steps have the same key \"{key:k}\"",
        "{where:w} : deux paliers portent la même clé « {key:k} »"),
    'tier_beneficiary': (
        "{where:w}: say who the step \"{key:k}\" pays back",
        "{where:w} : indiquez qui le palier « {key:k} » rembourse"),
    'tier_carry': (
        "{where:w}: the step \"{key:k}\" cannot wait for the next service; "
        "only costs, days and fixed amounts can",
        "{where:w} : le palier « {key:k} » ne peut pas attendre la "
        "prochaine prestation ; seuls les frais, les jours et les montants "
        "fixes le peuvent"),
    'destinations_sum': (
        "The destinations sum to {total:p}; they must sum to 100%",
        "Les destinations totalisent {total:p} ; il faut 100 %"),
    'destination_duplicate': (
        "Two destinations have the same key \"{key:k}\"",
        "Deux destinations portent la même clé « {key:k} »"),
    # Clauses that can be adopted, knowing what they do
    'class_cliff': (
        "{where:w}: just above {bound:a} the share falls from {share:a} to "
        "{after:a}; it is as high again from {until:a}",
        "{where:w} : juste après {bound:a}, la part tombe de {share:a} à "
        "{after:a} ; elle ne remonte à ce niveau qu'à partir de {until:a}"),
    'class_cliff_endless': (
        "{where:w}: just above {bound:a} the share falls from {share:a} to "
        "{after:a} and never gets as high again",
        "{where:w} : juste après {bound:a}, la part tombe de {share:a} à "
        "{after:a} et ne remonte jamais à ce niveau"),
    'floor_above_max': (
        "{where:w}: under a base of {below:a} the minimum of {floor:a} is "
        "not reached, the share stops at {rate:p} of the base",
        "{where:w} : sous une base de {below:a}, le minimum de {floor:a} "
        "n'est pas atteint, la part s'arrête à {rate:p} de la base"),
    'floor_takes_all': (
        "{where:w}: under a base of {below:a} the share takes the whole "
        "base; a maximum rate would prevent it",
        "{where:w} : sous une base de {below:a}, la part prend toute la "
        "base ; un taux maximum l'éviterait"),
    'post_above_pre': (
        "The rate after recoupment, {post:p}, is above the rate before, "
        "{pre:p}",
        "Le taux d'après amortissement, {post:p}, dépasse celui d'avant, "
        "{pre:p}"),
    'pre_missing': (
        "Without schedule before recoupment nothing is ever recouped",
        "Sans barème avant amortissement, rien ne s'amortit jamais"),
    'tiers_without_recoup': (
        "{where:w}: no step of the cascade recoups anything",
        "{where:w} : aucun palier de la cascade n'amortit"),
    'tier_unreachable': (
        "{where:w}: the step \"{key:k}\" comes after one that takes all",
        "{where:w} : le palier « {key:k} » vient après un palier qui prend "
        "tout"),
    'max_rate_zero': (
        "{where:w}: with a maximum of 0% nothing is ever shared nor recouped; "
        "for no limit, leave it empty",
        "{where:w} : avec un maximum de 0 %, rien n'est jamais reversé ni "
        "amorti ; pour ne pas limiter, laissez-le vide"),
    'cap_zero': (
        "{where:w}: with a cap of zero nothing is ever shared",
        "{where:w} : avec un plafond de zéro, rien n'est jamais reversé"),
    }

# Places among the clauses, for problems and warnings.
PLACES = {
    'pre': ("Before recoupment", "Avant amortissement"),
    'post': ("After recoupment", "Après amortissement"),
    'pre.rate': ("Rate before recoupment", "Taux avant amortissement"),
    'post.rate': ("Rate after recoupment", "Taux après amortissement"),
    'pre.amount': (
        "Amount before recoupment", "Montant avant amortissement"),
    'post.amount': (
        "Amount after recoupment", "Montant après amortissement"),
    'pre.brackets': (
        "Brackets before recoupment", "Tranches avant amortissement"),
    'post.brackets': (
        "Brackets after recoupment", "Tranches après amortissement"),
    'pre.tiers': (
        "Cascade before recoupment", "Cascade avant amortissement"),
    'post.tiers': (
        "Cascade after recoupment", "Cascade après amortissement"),
    'pre.floor': (
        "Minimum before recoupment", "Minimum avant amortissement"),
    'post.floor': (
        "Minimum after recoupment", "Minimum après amortissement"),
    'pre.cap': ("Cap before recoupment", "Plafond avant amortissement"),
    'post.cap': ("Cap after recoupment", "Plafond après amortissement"),
    'max_rate': ("Maximum rate", "Taux maximum"),
    'local_rate': ("Local part", "Part locale"),
    'local_base': ("Base of the local part", "Base de la part locale"),
    'crossing': ("Crossing", "Fin de l'amortissement"),
    'allocation': (
        "Division between contributors", "Partage entre apporteurs"),
    'destinations': ("Destinations", "Destinations"),
    'exclusions_max_rate': (
        "Most that can be deducted", "Maximum à déduire"),
    'kind': ("Kind", "Type"),
    'pre.kind': (
        "Schedule before recoupment", "Barème avant amortissement"),
    'post.kind': (
        "Schedule after recoupment", "Barème après amortissement"),
    }
