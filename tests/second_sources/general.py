"""Second sources of general tables: countries, cities, airports, holidays, the US, units, colours, paper, the sun."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from builder.tools.pool import ToolPool
from tests.second_sources.comparing import Comparison, Value
from tests.second_sources.reading import Reader, called, column, folder_of, rows_of, second

COUNTRIES = "general.countries.countries"
YEARS = range(2020, 2027)


HOLIDAY_COUNTRIES = "AT BE BG BR CZ DE DK EE ES FI FR GR HR IT JP LT LU LV MT NO NZ PL RO SK US ZA".split()
"""Countries of which the second source claims the nationwide days, as ours does, and no bank or regional holidays."""


def _iso3() -> dict[str, Value]:
    import pycountry

    return {country.alpha_2: country.alpha_3 for country in pycountry.countries}


def _calling_codes() -> dict[str, Value]:
    import phonenumbers

    return {region: str(phonenumbers.country_code_for_region(region)) for region in phonenumbers.SUPPORTED_REGIONS}


def _world(field: str, present: str = "", prefix: str = "") -> dict[str, Value]:
    """A column of the table of country-converter; with `present`, whether a column is filled."""
    with (folder_of("country_converter") / "country_data.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if not row["obsolete"]]
    if present:
        return {row["ISO2"]: bool(row[present]) for row in rows}
    return {row["ISO2"]: prefix + row[field] for row in rows if row[field]}


def _years_of(field: str) -> dict[str, Value]:
    return {code: str(value)[:4] for code, value in _world(field).items()}


def _continents() -> dict[str, Value]:
    return {code: name for code, name in _world("continent").items() if name != "America"}


def _facts(field: str) -> dict[str, Value]:
    """Facts of countryinfo by ISO code."""
    from countryinfo import all_countries

    found: dict[str, Value] = {}
    for country in all_countries():
        facts = country.info()
        code = facts.get("ISO", {}).get("alpha2", "").upper()
        if code and facts.get(field):
            found[code] = facts[field]
    return found


def _areas() -> dict[str, Value]:
    return {code: float(area) for code, area in _facts("area").items()}


def _borders() -> dict[str, Value]:
    from countryinfo import all_countries

    codes = {
        c.info()["ISO"]["alpha3"]: c.info()["ISO"]["alpha2"].upper() for c in all_countries() if c.info().get("ISO")
    }
    return {
        code: frozenset(codes[other] for other in others if other in codes)
        for code, others in _facts("borders").items()
    }


def _ours_borders(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("general.countries").connection.execute(
        "SELECT a.iso2, list(b.iso2) FROM borders"
        " JOIN countries a ON a.name = country JOIN countries b ON b.name = neighbour"
        " GROUP BY ALL"
    )
    return {code: frozenset(others) for code, others in rows.fetchall()}


def _capital_latitudes() -> dict[str, Value]:
    places = {
        code: place[0] if isinstance(place[0], list) else place for code, place in _facts("capital_latlng").items()
    }
    return {code: float(place[0]) for code, place in places.items()}


def _ours_capital_latitudes(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("general.countries").connection.execute(
        "SELECT iso2, latitude FROM countries JOIN cities ON cities.city = countries.capital WHERE NOT dependent"
    )
    return dict(rows.fetchall())


def _airports(field: str) -> dict[str, Value]:
    with (folder_of("openap") / "data" / "nav" / "airports.csv").open(encoding="utf-8", newline="") as lines:
        return {row["icao"]: float(row[field]) for row in csv.DictReader(lines) if row[field]}


def _holidays() -> dict[str, Value]:
    """Public holidays of a country and year that fall on weekdays."""
    from workalendar.registry import registry

    found: dict[str, Value] = {}
    for code in HOLIDAY_COUNTRIES:
        calendar = registry.region_registry[code]()
        for year in YEARS:
            found[f"{code} {year}"] = frozenset(str(day) for day, _ in calendar.holidays(year) if day.weekday() < 5)
    return found


def _ours_holidays(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("general.holidays").connection.execute(
        "SELECT iso2, year, list(date) FROM holidays WHERE NOT on_weekend GROUP BY ALL"
    )
    return {f"{code} {year}": frozenset(days) for code, year, days in rows.fetchall()}


def _zips(of: str) -> dict[str, Value]:
    columns = {"offset": "timezone", "latitude": "latitude"}
    return dict(rows_of(folder_of("pyzipcode") / "zipcodes.db", f"SELECT zip, {columns[of]} FROM ZipCodes"))


def _ours_zip_offsets(pool: ToolPool) -> dict[str, Value]:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    zones = column("general.us.zips", "zip", "timezone")(pool)
    offsets = {zone: datetime(2026, 1, 15, tzinfo=ZoneInfo(str(zone))).utcoffset() for zone in set(zones.values())}
    return {
        code: offset.total_seconds() / 3600 for code, zone in zones.items() if (offset := offsets[zone]) is not None
    }


def _counties() -> dict[str, Value]:
    """Name of each county by its FIPS code."""
    with (folder_of("addfips") / "data" / "counties_2020.csv").open(encoding="utf-8", newline="") as lines:
        return {row["statefp"] + row["countyfp"]: row["name"] for row in csv.DictReader(lines)}


def _paper(side: int) -> dict[str, Value]:
    from reportlab.lib import pagesizes

    names = {f"{letter}{number}": f"{letter}{number}" for letter in "ABC" for number in range(9)}
    names |= {"US Letter": "LETTER", "US Legal": "LEGAL", "US Ledger": "TABLOID"}
    return {
        ours: getattr(pagesizes, theirs)[side] / 72 * 25.4
        for ours, theirs in names.items()
        if hasattr(pagesizes, theirs)
    }


def _colors() -> dict[str, Value]:
    from tinycss2.color3 import parse_color

    names = folder_of("tinycss2").joinpath("color3.py").read_text(encoding="utf-8")
    found: dict[str, Value] = {}
    for name in set(re.findall(r"\('([a-z]+)', \(", names)):
        color = parse_color(name)
        found[name] = "#" + "".join(f"{round(part * 255):02x}" for part in color[:3])
    return found


def _units(names: Mapping[str, tuple[str, float]]) -> dict[str, Value]:
    from scipy import constants

    return {ours: getattr(constants, theirs) * factor for ours, (theirs, factor) in names.items()}


CUSTOMARY = {
    "troy ounce": ("troy_ounce", 1e3), "troy pound": ("troy_pound", 1e3), "troy grain": ("grain", 1e3),
    "avoirdupois ounce": ("oz", 1e3), "avoirdupois pound": ("pound", 1e3), "avoirdupois stone": ("stone", 1e3),
    "avoirdupois long ton": ("long_ton", 1e3), "imperial gallon": ("gallon_imp", 1e3),
    "imperial fluid ounce": ("fluid_ounce_imp", 1e3), "US liquid gallon": ("gallon_US", 1e3),
    "US liquid fluid ounce": ("fluid_ounce_US", 1e3), "survey mile": ("survey_mile", 1.0),
    "typographic point": ("point", 1.0),
}  # fmt: skip
MODERN = {
    "inch": ("metre", "inch", 1.0), "foot": ("metre", "foot", 1.0), "yard": ("metre", "yard", 1.0),
    "mile": ("metre", "mile", 1.0), "nautical_mile": ("metre", "nautical_mile", 1.0),
    "astronomical_unit": ("metre", "au", 1.0), "light_year": ("metre", "light_year", 1.0),
    "parsec": ("metre", "parsec", 1.0), "angstrom": ("metre", "angstrom", 1.0), "ounce": ("kilogram", "oz", 1.0),
    "pound": ("kilogram", "lb", 1.0), "stone": ("kilogram", "stone", 1.0), "grain": ("kilogram", "grain", 1.0),
    "carat": ("kilogram", "carat", 1.0), "us_short_ton": ("kilogram", "short_ton", 1.0),
    "acre": ("square_metre", "acre", 1.0), "hectare": ("square_metre", "hectare", 1.0),
    "us_gallon": ("cubic_metre", "gallon", 1.0), "oil_barrel": ("cubic_metre", "bbl", 1.0),
    "knot": ("metre_per_second", "knot", 1.0), "mile_per_hour": ("metre_per_second", "mph", 1.0),
    "atmosphere": ("pascal", "atm", 1.0), "psi": ("pascal", "psi", 1.0), "mmhg": ("pascal", "mmHg", 1.0),
    "bar": ("pascal", "bar", 1.0), "calorie": ("joule", "calorie", 1.0), "british_thermal_unit": ("joule", "Btu", 1.0),
    "electronvolt": ("joule", "eV", 1.0), "horsepower": ("watt", "hp", 1.0),
    "pound_force": ("newton", "pound_force", 1.0),
}  # fmt: skip
CONVERSIONS = {name: {"value": 1.0, "from_unit": name, "to_unit": metric} for name, (metric, _, _) in MODERN.items()}
PLACES = {
    "Berlin": (52.52, 13.405, "Europe/Berlin"), "Nairobi": (-1.2864, 36.8172, "Africa/Nairobi"),
    "Sydney": (-33.8688, 151.2093, "Australia/Sydney"), "Lima": (-12.0464, -77.0428, "America/Lima"),
    "Anchorage": (61.2181, -149.9003, "America/Anchorage"), "Tokyo": (35.6895, 139.6917, "Asia/Tokyo"),
}  # fmt: skip
SUNS = {
    f"{name} {day}": {"latitude": latitude, "longitude": longitude, "date": day, "timezone": zone}
    for name, (latitude, longitude, zone) in PLACES.items()
    for day in ("2024-02-10", "2025-05-21", "2026-09-03", "2026-12-12")
}


def _minutes(read: Reader) -> Reader:
    """Minutes of the local day of a time that a tool gives as text."""

    def minutes(pool: ToolPool) -> dict[str, Value]:
        return {key: int(str(time)[11:13]) * 60.0 + int(str(time)[14:16]) for key, time in read(pool).items()}

    return minutes


def _sun(event: str) -> dict[str, Value]:
    """Minutes of the local day at which PyEphem has the upper limb on a horizon lowered by 34 minutes of arc."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import ephem

    found: dict[str, Value] = {}
    for key, words in SUNS.items():
        zone = ZoneInfo(str(words["timezone"]))
        observer = ephem.Observer()
        observer.lat, observer.lon = str(words["latitude"]), str(words["longitude"])
        observer.pressure, observer.horizon = 0, "-0:34"
        midnight = datetime.fromisoformat(str(words["date"])).replace(tzinfo=zone)
        observer.date = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        time = (
            getattr(observer, f"next_{event}")(ephem.Sun()).datetime().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        )
        found[key] = time.hour * 60 + time.minute + time.second / 60
    return found


ELEVATIONS = {
    "KFLL": "ours: 65 feet since the southern runway was raised in 2014",
    "VLVT": "ours: Vientiane lies at 170 metres",
    "ELLX": "ours: 1,234 feet by the aeronautical publication",
}
MOVED = {
    "LTFM": "ours: the airport of 2018; theirs is the old one",
    "ZSQD": "ours: Jiaodong, opened in 2021; theirs is Liuting",
}
SEXAGESIMAL = dict.fromkeys(
    ("EBBR", "EBCI", "ELLX"),
    "degrees, minutes and seconds read as decimals (50.5405 for 50°54'05\"), here and at four more of Belgium",
)
HOLIDAYS = {
    **dict.fromkeys(
        [f"BR {year}" for year in YEARS],
        "ours: Good Friday, and since 2024 the day of Black Awareness, are on the federal list",
    ),
    "BG 2023": "ours: Christmas Eve fell on a Sunday, with a day in lieu on the 27th",
    "BG 2025": "ours: 31 December was made a holiday for the change to the euro",
    "BG 2026": "ours: 2 January was made a holiday for the change to the euro",
    **dict.fromkeys(("DK 2020", "DK 2021"), "ours: Christmas Eve is no public holiday by law"),
    **dict.fromkeys(
        ("DK 2024", "DK 2025", "DK 2026"),
        "ours: Great Prayer Day was abolished in 2024, and Christmas Eve is no public holiday by law",
    ),
    **dict.fromkeys(
        ("GR 2021", "GR 2022", "GR 2024"), "ours: Labour Day was moved out of Easter week or off a Sunday by decree"
    ),
    **dict.fromkeys(
        [f"JP {year}" for year in range(2023, 2027)],
        "ours: days in lieu of holidays on Sundays, by the law on holidays",
    ),
    "LV 2023": "ours: days given for the ice hockey bronze and for the end of the Song Festival",
    **dict.fromkeys([f"NZ {year}" for year in range(2022, 2027)], "ours: Matariki is a holiday since 2022"),
    **dict.fromkeys(("PL 2025", "PL 2026"), "ours: Christmas Eve is a holiday since 2025"),
    **dict.fromkeys(("RO 2025", "RO 2026"), "ours: Epiphany and Saint John are holidays since 2024"),
    **dict.fromkeys(("SK 2025", "SK 2026"), "ours: days that the budget laws of 2024 and 2025 made working days"),
    **dict.fromkeys([f"US {year}" for year in range(2021, 2027)], "ours: Juneteenth is a federal holiday since 2021"),
    **dict.fromkeys(
        ("ZA 2021", "ZA 2022", "ZA 2023", "ZA 2024", "ZA 2026"), "ours: election days and days given by proclamation"
    ),
}
CONVERTER = "its table of countries, kept by the authors of country-converter; ours "
COMPARISONS = (
    Comparison(
        table=COUNTRIES,
        field="iso3",
        second="pycountry",
        origin="iso-codes of Debian; ours is GeoNames",
        ours=column(COUNTRIES, "iso2", "iso3"),
        theirs=second(_iso3),
    ),
    Comparison(
        table=COUNTRIES,
        field="calling_code",
        second="phonenumbers",
        origin="metadata of Google's libphonenumber; ours is GeoNames",
        ours=column(COUNTRIES, "iso2", "calling_code"),
        theirs=second(_calling_codes),
        draws=15,
        mended={
            "SX": "599; Sint Maarten has +1-721 since 2011",
            "VA": "379, which was never put to use; left out",
        },
    ),
    Comparison(
        table=COUNTRIES,
        field="subregion",
        second="country-converter",
        origin=CONVERTER + "is countryinfo",
        ours=column(COUNTRIES, "iso2", "subregion"),
        theirs=second(lambda: _world("UNregion")),
        followed={
            **dict.fromkeys(
                ("GG", "JE"), "both: UN M49 has the Channel Islands as a part of Northern Europe; ours is the finer"
            ),
            "NR": "ours: UN M49 has Nauru in Micronesia",
        },
        mended=dict.fromkeys(("ME", "RS"), "Eastern Europe; UN M49 has it in Southern Europe"),
    ),
    Comparison(
        table=COUNTRIES,
        field="continent",
        second="country-converter",
        origin=CONVERTER + "is GeoNames",
        ours=column(COUNTRIES, "iso2", "continent"),
        theirs=second(_continents),
        followed=dict.fromkeys(
            ("CX", "CY", "IO", "TF", "TL"),
            "a border of continents: ours is that of GeoNames, which questions name as their source",
        ),
    ),
    Comparison(
        table=COUNTRIES,
        field="internet_domain",
        second="country-converter",
        origin=CONVERTER + "is GeoNames",
        ours=column(COUNTRIES, "iso2", "internet_domain"),
        theirs=second(lambda: _world("ccTLD", prefix=".")),
    ),
    Comparison(
        table=COUNTRIES,
        field="capital",
        second="countryinfo",
        origin="the table of mledoze; ours is GeoNames",
        ours=column(COUNTRIES, "iso2", "split_part(capital, ',', 1)"),
        theirs=second(lambda: _facts("capital")),
        draws=15,
        followed={
            "BI": "ours: Gitega since 2019",
            "KZ": "ours: called Astana again since 2022",
            **dict.fromkeys(
                ("GS", "HK", "KI", "SM", "VA"), "the same place by another name, or by that of a part of it"
            ),
        },
    ),
    Comparison(
        table=COUNTRIES,
        field="area_km2",
        second="countryinfo",
        origin="the table of mledoze; ours is GeoNames",
        ours=column(COUNTRIES, "iso2", "area_km2", "NOT dependent"),
        theirs=second(_areas),
        decimals=0,
        within=2e-2,
        reason="inland waters, and surveys of different years",
        draws=15,
        followed={
            "EC": "ours, as the CIA's World Factbook has it",
            "PH": "ours, as the CIA's World Factbook has it; both figures are official",
            "SS": "ours, as the CIA's World Factbook has it; the border with Sudan is not settled",
            "ST": "ours, the figure of the national statistical office",
            "UY": "ours, as the CIA's World Factbook has it",
        },
        mended=dict.fromkeys(
            "BD BH BT BW ER ET FR JO KM MC NP OM PA PK PS RS SA SG UG WS".split(),
            "GeoNames misses today's figure by more than 2%, Oman's by a third, and Serbia's held Kosovo; left out",
        ),
    ),
    Comparison(
        table="general.countries.borders",
        field="neighbour",
        second="countryinfo",
        origin="the table of mledoze; ours is GeoNames",
        ours=_ours_borders,
        theirs=second(_borders),
        draws=15,
        followed={
            **dict.fromkeys(
                ("AL", "ME", "MK", "RS"), "ours has Kosovo as a country of its own, theirs as a part of Serbia"
            ),
            **dict.fromkeys(("EG", "IL", "JO"), "ours has the Palestinian territories as a neighbour, theirs has not"),
            "CN": "ours: Nepal is a neighbour; Hong Kong and Macao, which theirs has, are parts of China",
            "IN": "ours: Sri Lanka lies across water, and the strip to Afghanistan is held by Pakistan",
            "KW": "ours: Iraq, not Iran",
            "SR": "ours: French Guiana is the neighbour, which theirs has twice",
            "TD": "ours: Sudan, not South Sudan",
        },
        mended=dict.fromkeys(("BW", "ZM"), "the border of 150 metres at Kazungula was missing")
        | {"XK": "Albania and Serbia were neighbours too, across Kosovo, which is a country of the table"},
    ),
    Comparison(
        table="general.countries.cities",
        field="latitude",
        second="countryinfo",
        origin="positions of capitals in the table of mledoze; ours is GeoNames",
        ours=_ours_capital_latitudes,
        theirs=second(_capital_latitudes),
        decimals=2,
        apart=0.15,
        reason="another centre of the same city",
        followed=dict.fromkeys(
            ("AG", "BR", "DJ", "LU", "ME", "TL", "TN"),
            "ours: theirs is the middle of the country, or a namesake elsewhere",
        ),
    ),
    *(
        Comparison(
            table="general.airports.airports",
            field=field,
            second="openap",
            origin="navigation data of the X-Plane project; ours is airportsdata",
            ours=column("general.airports.airports", "icao", field, "major"),
            theirs=second(lambda name=name: _airports(name)),
            decimals=decimals,
            apart=apart,
            reason=reason,
            followed=followed,
            mended=mended,
            draws=12,
        )
        for field, name, decimals, apart, reason, followed, mended in (
            (
                "elevation_ft",
                "alt",
                0,
                50.0,
                "of the reference point or of the highest runway",
                ELEVATIONS,
                {"SEQM": "of the airport of Quito that was closed in 2013; left out"},
            ),
            ("latitude", "lat", 2, 0.06, "another reference point of the same airport", MOVED, SEXAGESIMAL),
            ("longitude", "lon", 2, 0.06, "another reference point of the same airport", MOVED, SEXAGESIMAL),
        )
    ),
    Comparison(
        table="general.holidays.holidays",
        field="date",
        second="workalendar",
        origin="calendars written by its authors up to 2023; ours are those of holidays",
        ours=_ours_holidays,
        theirs=second(_holidays),
        draws=25,
        followed=HOLIDAYS,
        mended={
            f"LV {year}": "working days that state offices move counted as public holidays"
            for year in (2020, 2021, 2024, 2025, 2026)
        },
    ),
    Comparison(
        table="general.europe.memberships",
        field="eu_member",
        second="country-converter",
        origin=CONVERTER + "are the treaties",
        ours=column("general.europe.memberships", "iso2", "eu_member"),
        theirs=second(lambda: _world("", "EU27")),
    ),
    Comparison(
        table="general.europe.memberships",
        field="schengen",
        second="country-converter",
        origin=CONVERTER + "are the treaties",
        ours=column("general.europe.memberships", "iso2", "schengen"),
        theirs=second(lambda: _world("", "Schengen")),
        followed=dict.fromkeys(("BG", "HR", "RO"), "ours: members since 2023 (Croatia) and 2024; theirs is older"),
    ),
    Comparison(
        table="general.europe.memberships",
        field="euro_since",
        second="country-converter",
        origin=CONVERTER + "are the treaties",
        ours=column("general.europe.memberships", "iso2", "euro_since[:4]"),
        theirs=second(lambda: _years_of("EURO")),
    ),
    Comparison(
        table="general.us.zips",
        field="latitude",
        second="pyzipcode",
        origin="its own table of 2020; ours is zipcodes",
        ours=column("general.us.zips", "zip", "latitude"),
        theirs=second(lambda: _zips("latitude")),
        decimals=2,
        apart=0.3,
        reason="an area has no one centre",
        followed={"48168": "ours: next to Novi, which GeoNames has at 42.48; theirs is 60 km off"},
    ),
    Comparison(
        table="general.us.zips",
        field="timezone",
        second="pyzipcode",
        origin="its own table of 2020; ours is zipcodes",
        ours=_ours_zip_offsets,
        theirs=second(lambda: _zips("offset")),
        mended=dict.fromkeys(
            ("37405", "83522"), "an hour off the rest of the county (Chattanooga; Idaho north of the Salmon)"
        ),
        followed={"37338": "ours: Graysville lies in Rhea County, which keeps Eastern Time; both tables had Central"},
    ),
    Comparison(
        table="general.us.counties",
        field="county",
        second="addfips",
        origin="lists of the Census Bureau; ours is zipcodes",
        ours=column("general.us.counties", "fips", "split_part(county, ',', 1)"),
        theirs=second(_counties),
        draws=15,
        followed=dict.fromkeys(("36005", "36047"), "the same county, which theirs calls by its borough"),
    ),
    *(
        Comparison(
            table="general.paper.sizes",
            field=field,
            second="reportlab",
            origin="sizes written by its authors; ours are those of the standards",
            ours=column("general.paper.sizes", "size", field),
            theirs=second(lambda side=side: _paper(side)),
            decimals=0,
            draws=8,
        )
        for field, side in (("width_mm", 0), ("height_mm", 1))
    ),
    Comparison(
        table="general.colors.colors",
        field="hex",
        second="tinycss2",
        origin="the names of CSS as its authors wrote them; ours is webcolors",
        ours=column("general.colors.colors", "color", "hex"),
        theirs=second(_colors),
    ),
    Comparison(
        table="general.units.customary",
        field="size",
        second="scipy",
        origin="values of NIST and of tables of weights; ours is pint",
        ours=column("general.units.customary", "unit", "size"),
        theirs=second(lambda: _units(CUSTOMARY)),
        within=1e-9,
        reason="binary fractions",
    ),
    Comparison(
        table="general.units.convert_quantity",
        field="result",
        second="scipy",
        origin="values of NIST and of tables of weights; ours is pint",
        ours=called("general.units.convert_quantity", "result", CONVERSIONS),
        theirs=second(lambda: _units({name: (theirs, factor) for name, (_, theirs, factor) in MODERN.items()})),
        mended={
            "acre": "pint's acre is of survey feet, 4046.8726; the international one is 4046.8564",
            "electronvolt": "came out as no joule at all, rounded to ten decimals; now refused",
        },
        within=1e-6,
        reason="ten decimals, and the two customs of the millimetre of mercury and the thermal unit",
    ),
    *(
        Comparison(
            table="general.sun.sun_times",
            field=field,
            second="ephem",
            origin="positions of libastro; ours are the equations of NOAA",
            ours=_minutes(called("general.sun.sun_times", field, SUNS)),
            theirs=second(lambda event=event: _sun(event)),
            decimals=0,
            apart=1.5,
            reason="minutes of the day: rounded to the nearest, and refraction by convention",
            draws=6,
        )
        for field, event in (("sunrise", "rising"), ("sunset", "setting"))
    ),
)
