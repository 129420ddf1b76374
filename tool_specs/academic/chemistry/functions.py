"""A list of laboratory compounds, molar masses (molmass) and the arithmetic of the bench.

Long because the list of compounds is part of it.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

from builder.errors import ToolError

GAS_CONSTANT = 8.31446261815324
"""J/(mol K), exact in the SI of 2019."""
COMPOUNDS = """
sodium chloride|NaCl|salt|soluble
potassium chloride|KCl|salt|soluble
ammonium chloride|NH4Cl|salt|soluble
calcium chloride|CaCl2|salt|soluble
magnesium chloride|MgCl2|salt|soluble
barium chloride|BaCl2|salt|soluble
lithium chloride|LiCl|salt|soluble
zinc chloride|ZnCl2|salt|soluble
copper(II) chloride|CuCl2|salt|soluble
iron(III) chloride|FeCl3|salt|soluble
cobalt(II) chloride|CoCl2|salt|soluble
nickel(II) chloride|NiCl2|salt|soluble
manganese(II) chloride|MnCl2|salt|soluble
caesium chloride|CsCl|salt|soluble
strontium chloride|SrCl2|salt|soluble
silver chloride|AgCl|salt|insoluble
sodium bromide|NaBr|salt|soluble
potassium bromide|KBr|salt|soluble
lithium bromide|LiBr|salt|soluble
silver bromide|AgBr|salt|insoluble
sodium iodide|NaI|salt|soluble
potassium iodide|KI|salt|soluble
lead(II) iodide|PbI2|salt|insoluble
sodium fluoride|NaF|salt|soluble
potassium fluoride|KF|salt|soluble
calcium fluoride|CaF2|salt|insoluble
sodium sulfate|Na2SO4|salt|soluble
potassium sulfate|K2SO4|salt|soluble
ammonium sulfate|(NH4)2SO4|salt|soluble
magnesium sulfate|MgSO4|salt|soluble
magnesium sulfate heptahydrate|MgSO4.7H2O|salt|soluble
copper(II) sulfate|CuSO4|salt|soluble
copper(II) sulfate pentahydrate|CuSO4.5H2O|salt|soluble
zinc sulfate heptahydrate|ZnSO4.7H2O|salt|soluble
iron(II) sulfate heptahydrate|FeSO4.7H2O|salt|soluble
nickel(II) sulfate hexahydrate|NiSO4.6H2O|salt|soluble
calcium sulfate dihydrate|CaSO4.2H2O|salt|insoluble
barium sulfate|BaSO4|salt|insoluble
lead(II) sulfate|PbSO4|salt|insoluble
aluminium sulfate|Al2(SO4)3|salt|soluble
sodium nitrate|NaNO3|salt|soluble
potassium nitrate|KNO3|salt|soluble
ammonium nitrate|NH4NO3|salt|soluble
calcium nitrate|Ca(NO3)2|salt|soluble
magnesium nitrate|Mg(NO3)2|salt|soluble
barium nitrate|Ba(NO3)2|salt|soluble
strontium nitrate|Sr(NO3)2|salt|soluble
silver nitrate|AgNO3|salt|soluble
lead(II) nitrate|Pb(NO3)2|salt|soluble
copper(II) nitrate|Cu(NO3)2|salt|soluble
sodium nitrite|NaNO2|salt|soluble
sodium carbonate|Na2CO3|salt|soluble
sodium carbonate decahydrate|Na2CO3.10H2O|salt|soluble
potassium carbonate|K2CO3|salt|soluble
lithium carbonate|Li2CO3|salt|soluble
calcium carbonate|CaCO3|salt|insoluble
magnesium carbonate|MgCO3|salt|insoluble
barium carbonate|BaCO3|salt|insoluble
strontium carbonate|SrCO3|salt|insoluble
zinc carbonate|ZnCO3|salt|insoluble
sodium hydrogencarbonate|NaHCO3|salt|soluble
potassium hydrogencarbonate|KHCO3|salt|soluble
sodium acetate|CH3COONa|salt|soluble
potassium acetate|CH3COOK|salt|soluble
ammonium acetate|CH3COONH4|salt|soluble
trisodium phosphate|Na3PO4|salt|soluble
disodium hydrogenphosphate|Na2HPO4|salt|soluble
sodium dihydrogenphosphate|NaH2PO4|salt|soluble
dipotassium hydrogenphosphate|K2HPO4|salt|soluble
potassium dihydrogenphosphate|KH2PO4|salt|soluble
calcium phosphate|Ca3(PO4)2|salt|insoluble
diammonium hydrogenphosphate|(NH4)2HPO4|salt|soluble
sodium thiosulfate pentahydrate|Na2S2O3.5H2O|salt|soluble
sodium sulfite|Na2SO3|salt|soluble
sodium hydrogensulfite|NaHSO3|salt|soluble
sodium thiocyanate|NaSCN|salt|soluble
potassium thiocyanate|KSCN|salt|soluble
potassium permanganate|KMnO4|salt|soluble
potassium dichromate|K2Cr2O7|salt|soluble
potassium chromate|K2CrO4|salt|soluble
potassium iodate|KIO3|salt|soluble
potassium bromate|KBrO3|salt|soluble
potassium chlorate|KClO3|salt|soluble
sodium perchlorate|NaClO4|salt|soluble
potassium hexacyanidoferrate(III)|K3Fe(CN)6|salt|soluble
potassium hexacyanidoferrate(II)|K4Fe(CN)6|salt|soluble
sodium azide|NaN3|salt|soluble
borax (sodium tetraborate decahydrate)|Na2B4O7.10H2O|salt|soluble
zinc sulfide|ZnS|salt|insoluble
lead(II) sulfide|PbS|salt|insoluble
cadmium sulfide|CdS|salt|insoluble
iron(II) sulfide|FeS|salt|insoluble
pyrite|FeS2|mineral|insoluble
haematite|Fe2O3|mineral|insoluble
magnetite|Fe3O4|mineral|insoluble
siderite|FeCO3|mineral|insoluble
malachite|Cu2(OH)2CO3|mineral|insoluble
chalcopyrite|CuFeS2|mineral|insoluble
chalcocite|Cu2S|mineral|insoluble
bornite|Cu5FeS4|mineral|insoluble
covellite|CuS|mineral|insoluble
cuprite|Cu2O|mineral|insoluble
galena|PbS|mineral|insoluble
cerussite|PbCO3|mineral|insoluble
sphalerite|ZnS|mineral|insoluble
smithsonite|ZnCO3|mineral|insoluble
dolomite|CaMg(CO3)2|mineral|insoluble
fluorite|CaF2|mineral|insoluble
gypsum|CaSO4.2H2O|mineral|insoluble
cassiterite|SnO2|mineral|insoluble
rutile|TiO2|mineral|insoluble
ilmenite|FeTiO3|mineral|insoluble
chromite|FeCr2O4|mineral|insoluble
pyrolusite|MnO2|mineral|insoluble
cinnabar|HgS|mineral|insoluble
stibnite|Sb2S3|mineral|insoluble
molybdenite|MoS2|mineral|insoluble
scheelite|CaWO4|mineral|insoluble
cryolite|Na3AlF6|mineral|insoluble
gibbsite|Al(OH)3|mineral|insoluble
spodumene|LiAlSi2O6|mineral|insoluble
zircon|ZrSiO4|mineral|insoluble
magnesite|MgCO3|mineral|insoluble
baryte|BaSO4|mineral|insoluble
celestine|SrSO4|mineral|insoluble
arsenopyrite|FeAsS|mineral|insoluble
cobaltite|CoAsS|mineral|insoluble
nickeline|NiAs|mineral|insoluble
sodium hydroxide|NaOH|base|soluble
potassium hydroxide|KOH|base|soluble
lithium hydroxide|LiOH|base|soluble
barium hydroxide|Ba(OH)2|base|soluble
calcium hydroxide|Ca(OH)2|base|slightly soluble
magnesium hydroxide|Mg(OH)2|base|insoluble
aluminium hydroxide|Al(OH)3|base|insoluble
magnesium oxide|MgO|oxide|insoluble
aluminium oxide|Al2O3|oxide|insoluble
silicon dioxide|SiO2|oxide|insoluble
titanium dioxide|TiO2|oxide|insoluble
zinc oxide|ZnO|oxide|insoluble
copper(II) oxide|CuO|oxide|insoluble
copper(I) oxide|Cu2O|oxide|insoluble
iron(III) oxide|Fe2O3|oxide|insoluble
chromium(III) oxide|Cr2O3|oxide|insoluble
manganese dioxide|MnO2|oxide|insoluble
lead(II) oxide|PbO|oxide|insoluble
tin(IV) oxide|SnO2|oxide|insoluble
nickel(II) oxide|NiO|oxide|insoluble
cobalt(II) oxide|CoO|oxide|insoluble
zirconium dioxide|ZrO2|oxide|insoluble
tungsten trioxide|WO3|oxide|insoluble
vanadium(V) oxide|V2O5|oxide|insoluble
molybdenum trioxide|MoO3|oxide|insoluble
oxalic acid dihydrate|C2H2O4.2H2O|acid|soluble
citric acid|C6H8O7|acid|soluble
L-tartaric acid|C4H6O6|acid|soluble
benzoic acid|C7H6O2|acid|slightly soluble
salicylic acid|C7H6O3|acid|slightly soluble
L-ascorbic acid|C6H8O6|acid|soluble
boric acid|H3BO3|acid|soluble
succinic acid|C4H6O4|acid|soluble
malonic acid|C3H4O4|acid|soluble
glucose|C6H12O6|sugar|soluble
fructose|C6H12O6|sugar|soluble
sucrose|C12H22O11|sugar|soluble
lactose|C12H22O11|sugar|soluble
maltose|C12H22O11|sugar|soluble
D-mannitol|C6H14O6|sugar|soluble
D-sorbitol|C6H14O6|sugar|soluble
xylitol|C5H12O5|sugar|soluble
D-ribose|C5H10O5|sugar|soluble
D-xylose|C5H10O5|sugar|soluble
trehalose|C12H22O11|sugar|soluble
glycine|C2H5NO2|amino acid|soluble
L-alanine|C3H7NO2|amino acid|soluble
L-serine|C3H7NO3|amino acid|soluble
L-proline|C5H9NO2|amino acid|soluble
L-valine|C5H11NO2|amino acid|soluble
L-threonine|C4H9NO3|amino acid|soluble
L-leucine|C6H13NO2|amino acid|soluble
L-lysine|C6H14N2O2|amino acid|soluble
L-arginine|C6H14N4O2|amino acid|soluble
L-histidine|C6H9N3O2|amino acid|soluble
L-methionine|C5H11NO2S|amino acid|soluble
L-phenylalanine|C9H11NO2|amino acid|soluble
L-glutamine|C5H10N2O3|amino acid|soluble
Tris|C4H11NO3|buffer|soluble
HEPES|C8H18N2O4S|buffer|soluble
MES|C6H13NO4S|buffer|soluble
MOPS|C7H15NO4S|buffer|soluble
Bicine|C6H13NO4|buffer|soluble
Tricine|C6H13NO5|buffer|soluble
EDTA disodium salt dihydrate|C10H14N2Na2O8.2H2O|buffer|soluble
imidazole|C3H4N2|buffer|soluble
trisodium citrate dihydrate|Na3C6H5O7.2H2O|buffer|soluble
urea|CH4N2O|organic solid|soluble
thiourea|CH4N2S|organic solid|soluble
guanidine hydrochloride|CH6ClN3|organic solid|soluble
caffeine|C8H10N4O2|organic solid|soluble
nicotinamide|C6H6N2O|organic solid|soluble
thiamine hydrochloride|C12H18Cl2N4OS|organic solid|soluble
dithiothreitol|C4H10O2S2|organic solid|soluble
phenol|C6H6O|organic solid|soluble
resorcinol|C6H6O2|organic solid|soluble
naphthalene|C10H8|hydrocarbon|insoluble
anthracene|C14H10|hydrocarbon|insoluble
methane|CH4|hydrocarbon|gas
ethane|C2H6|hydrocarbon|gas
propane|C3H8|hydrocarbon|gas
butane|C4H10|hydrocarbon|gas
ethene|C2H4|hydrocarbon|gas
propene|C3H6|hydrocarbon|gas
ethyne|C2H2|hydrocarbon|gas
pentane|C5H12|hydrocarbon|liquid
hexane|C6H14|hydrocarbon|liquid
heptane|C7H16|hydrocarbon|liquid
octane|C8H18|hydrocarbon|liquid
nonane|C9H20|hydrocarbon|liquid
decane|C10H22|hydrocarbon|liquid
dodecane|C12H26|hydrocarbon|liquid
cyclohexane|C6H12|hydrocarbon|liquid
benzene|C6H6|hydrocarbon|liquid
toluene|C7H8|hydrocarbon|liquid
ethylbenzene|C8H10|hydrocarbon|liquid
styrene|C8H8|hydrocarbon|liquid
isoprene|C5H8|hydrocarbon|liquid
methanol|CH4O|oxygenate|liquid
ethanol|C2H6O|oxygenate|liquid
1-propanol|C3H8O|oxygenate|liquid
2-propanol|C3H8O|oxygenate|liquid
1-butanol|C4H10O|oxygenate|liquid
1-hexanol|C6H14O|oxygenate|liquid
ethylene glycol|C2H6O2|oxygenate|liquid
glycerol|C3H8O3|oxygenate|liquid
acetone|C3H6O|oxygenate|liquid
diethyl ether|C4H10O|oxygenate|liquid
tetrahydrofuran|C4H8O|oxygenate|liquid
ethyl acetate|C4H8O2|oxygenate|liquid
acetic acid|C2H4O2|oxygenate|liquid
dimethyl ether|C2H6O|oxygenate|gas
water|H2O|other|liquid
carbon dioxide|CO2|other|gas
carbon monoxide|CO|other|gas
ammonia|NH3|other|gas
hydrogen chloride|HCl|other|gas
sulfur dioxide|SO2|other|gas
nitrogen dioxide|NO2|other|gas
dinitrogen monoxide|N2O|other|gas
hydrogen sulfide|H2S|other|gas
sulfur hexafluoride|SF6|other|gas
silane|SiH4|other|gas
nitric acid|HNO3|other|liquid
sulfuric acid|H2SO4|other|liquid
hydrogen peroxide|H2O2|other|liquid
chloroform|CHCl3|other|liquid
dichloromethane|CH2Cl2|other|liquid
acetonitrile|C2H3N|other|liquid
dimethyl sulfoxide|C2H6OS|other|liquid
dimethylformamide|C3H7NO|other|liquid
pyridine|C5H5N|other|liquid
"""
"""Name, formula, family, state or behaviour in water: textbook facts; masses come from molmass."""
STATES = {"gas": "gas", "liquid": "liquid"}


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name.replace('_', ' ')} must be above zero", given=value)


def _symbols(formula: str) -> dict[str, int]:
    from molmass import Formula

    return {str(symbol): int(item.count) for symbol, item in Formula(formula).composition().items()}


def _rows() -> list[list[str]]:
    return sorted(line.split("|") for line in COMPOUNDS.strip().splitlines())


def compounds_table() -> list[dict[str, Any]]:
    rows = []
    for name, formula, family, behaviour in _rows():
        rows.append(
            {
                "compound": name,
                "formula": formula,
                "family": family,
                "state": STATES.get(behaviour, "solid"),
                "soluble": behaviour == "soluble",
                "fuel": family in ("hydrocarbon", "oxygenate"),
                "hydrate": "." in formula,
            }
        )
    return rows


def parts_table() -> list[dict[str, Any]]:
    from molmass import ELEMENTS

    rows = []
    for name, formula, family, _ in _rows():
        for symbol in sorted(_symbols(formula)):
            element = ELEMENTS[symbol].name.lower()
            rows.append({"compound": name, "family": family, "element": element, "symbol": symbol})
    return rows


@functools.lru_cache(4096)
def _formula(text: str) -> Any:
    from molmass import Formula, FormulaError

    try:
        formula = Formula(text.replace("·", "."))
        formula.mass  # noqa: B018
    except FormulaError as error:
        reason = str(error).splitlines()[0]
        raise ToolError("invalid_value", f"{text!r} is no chemical formula: {reason}", example="Na2CO3") from error
    return formula


def formula_mass(formula: str) -> dict[str, Any]:
    parsed = _formula(formula)
    return {
        "molar_mass": float(parsed.mass),
        "monoisotopic_mass": float(parsed.monoisotopic_mass),
        "atoms": int(parsed.atoms),
        "hill_formula": str(parsed.formula),
    }


def element_mass_fraction(formula: str, element: str) -> dict[str, Any]:
    from molmass import ELEMENTS

    key = element.capitalize() if len(element) > 2 else element
    names = {item.name: item.symbol for item in ELEMENTS}
    symbol = names.get(key, key)
    if symbol not in ELEMENTS:
        raise LookupError(f"no element {element!r}; give a name (sulfur) or symbol (S)")
    parts = _formula(formula).composition()
    if symbol not in parts:
        return {"mass_percent": 0.0, "atoms": 0}
    item = parts[symbol]
    return {"mass_percent": item.fraction * 100, "atoms": int(item.count)}


def amount_of_substance(mass: float, molar_mass: float) -> dict[str, Any]:
    _positive(molar_mass=molar_mass)
    return {"amount": mass / molar_mass}


def gas_volume(amount: float, temperature: float, pressure: float) -> dict[str, Any]:
    """V = n R T / p."""
    _positive(pressure=pressure)
    if temperature <= -273.15:
        raise ValueError("the temperature is at or below absolute zero")
    return {"volume": amount * GAS_CONSTANT * (temperature + 273.15) / pressure}


def combustion_ratio(formula: str) -> dict[str, Any]:
    """CxHyOz + (x + y/4 - z/2) O2 -> x CO2 + y/2 H2O."""
    counts = {str(symbol): int(item.count) for symbol, item in _formula(formula).composition().items()}
    if not {"C", "H"} <= set(counts) <= {"C", "H", "O"}:
        raise ToolError(
            "not_supported", "only compounds of carbon and hydrogen, with or without oxygen", example="C2H6O"
        )
    carbon, hydrogen, oxygen = counts["C"], counts["H"], counts.get("O", 0)
    needed = carbon + hydrogen / 4 - oxygen / 2
    if needed <= 0:
        raise ToolError("invalid_value", f"{formula} holds too much oxygen to burn")
    return {"oxygen": needed, "carbon_dioxide": float(carbon), "water": hydrogen / 2}


def mass_of_amount(amount: float, molar_mass: float) -> dict[str, Any]:
    return {"mass": amount * molar_mass}


def balance_equation(reactants: list[str], products: list[str]) -> dict[str, Any]:
    """Smallest whole coefficients: the null space of the element matrix, in exact fractions."""
    species = reactants + products
    if len(set(species)) != len(species):
        raise ValueError("each substance may stand only once, on one side")
    counts = [{str(k): int(v.count) for k, v in _formula(text).composition().items()} for text in species]
    elements = sorted({symbol for count in counts for symbol in count})
    sign = [1] * len(reactants) + [-1] * len(products)
    matrix = [[Fraction(sign[j] * counts[j].get(element, 0)) for j in range(len(species))] for element in elements]
    solution = _null_vector(matrix, len(species))
    scale = math.lcm(*(value.denominator for value in solution))
    whole = [int(value * scale) for value in solution]
    common = math.gcd(*whole)
    whole = [value // common for value in whole]
    left, right = whole[: len(reactants)], whole[len(reactants) :]

    def side(names: list[str], numbers: list[int]) -> str:
        return " + ".join(f"{n} {name}" if n > 1 else name for name, n in zip(names, numbers, strict=True))

    return {
        "reactant_coefficients": left,
        "product_coefficients": right,
        "equation": f"{side(reactants, left)} -> {side(products, right)}",
    }


def _null_vector(matrix: list[list[Fraction]], width: int) -> list[Fraction]:
    rows = [row[:] for row in matrix]
    pivots: list[int] = []
    top = 0
    for column in range(width):
        pivot = next((i for i in range(top, len(rows)) if rows[i][column] != 0), None)
        if pivot is None:
            continue
        rows[top], rows[pivot] = rows[pivot], rows[top]
        lead = rows[top][column]
        rows[top] = [value / lead for value in rows[top]]
        for i in range(len(rows)):
            if i != top and rows[i][column] != 0:
                factor = rows[i][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[top], strict=True)]
        pivots.append(column)
        top += 1
    free = [column for column in range(width) if column not in pivots]
    if len(free) != 1:
        raise ToolError(
            "invalid_value",
            "these substances cannot be balanced" if not free else "these substances balance in more than one way",
        )
    vector = [Fraction(0)] * width
    vector[free[0]] = Fraction(1)
    for row, column in enumerate(pivots):
        vector[column] = -rows[row][free[0]]
    if any(value <= 0 for value in vector):
        raise ToolError("invalid_value", "no balance with all coefficients positive: a substance is on the wrong side")
    return vector
