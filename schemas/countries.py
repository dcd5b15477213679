"""Country codes: ISO 3166-1 alpha-2, and ISO 3166-3 for countries that are no more."""

import pycountry

COUNTRY_CODES = frozenset(country.alpha_2 for country in pycountry.countries)
FORMER_COUNTRY_CODES = frozenset(country.alpha_4 for country in pycountry.historic_countries)
