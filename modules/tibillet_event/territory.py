"""French territories, as taxes of shows distinguish them.

Names of territories come from the country and the postal code of an address,
without a database.
"""

MAINLAND = 'mainland'
CORSICA = 'corsica'
OVERSEAS = 'overseas'
OVERSEAS_EXEMPT = 'overseas_exempt'
ABROAD = 'abroad'

# Departments that are countries of their own in ISO 3166.
COUNTRIES = {
    'GP': OVERSEAS,
    'MQ': OVERSEAS,
    'RE': OVERSEAS,
    'GF': OVERSEAS_EXEMPT,
    'YT': OVERSEAS_EXEMPT,
    }
# CGI 294: VAT applies in Guadeloupe, Martinique and Réunion with rates of
# their own, and does not apply in Guyane and Mayotte.
POSTAL_CODES = {
    '20': CORSICA,
    '971': OVERSEAS,
    '972': OVERSEAS,
    '974': OVERSEAS,
    '973': OVERSEAS_EXEMPT,
    '976': OVERSEAS_EXEMPT,
    }


def territory(country, postal_code):
    """Return the territory of an address, None if it cannot be told.

    country: ISO 3166 code of two letters, or None.
    postal_code: as written, spaces allowed, or None.
    """
    code = ''.join((postal_code or '').split())
    if country and country != 'FR':
        return COUNTRIES.get(country, ABROAD)
    for length in [3, 2]:
        if found := POSTAL_CODES.get(code[:length]):
            return found
    if country == 'FR':
        return MAINLAND
    return None
