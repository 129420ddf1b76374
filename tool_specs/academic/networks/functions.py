"""Named graphs that networkx ships, with their invariants."""

from __future__ import annotations

from typing import Any

NAMED = {
    "Bull graph": "bull_graph",
    "Chvatal graph": "chvatal_graph",
    "Desargues graph": "desargues_graph",
    "Diamond graph": "diamond_graph",
    "Frucht graph": "frucht_graph",
    "Heawood graph": "heawood_graph",
    "Hoffman-Singleton graph": "hoffman_singleton_graph",
    "House graph": "house_graph",
    "Krackhardt kite graph": "krackhardt_kite_graph",
    "Moebius-Kantor graph": "moebius_kantor_graph",
    "Pappus graph": "pappus_graph",
    "Petersen graph": "petersen_graph",
    "Tutte graph": "tutte_graph",
    "tetrahedral graph": "tetrahedral_graph",
    "cubical graph": "cubical_graph",
    "octahedral graph": "octahedral_graph",
    "dodecahedral graph": "dodecahedral_graph",
    "icosahedral graph": "icosahedral_graph",
    "truncated cube graph": "truncated_cube_graph",
    "truncated tetrahedron graph": "truncated_tetrahedron_graph",
    "karate club graph of Zachary": "karate_club_graph",
    "Florentine families graph": "florentine_families_graph",
}


def graphs_table() -> list[dict[str, Any]]:
    import networkx

    rows = []
    for name, function in NAMED.items():
        graph = networkx.Graph(getattr(networkx, function)())
        degrees = [degree for _, degree in graph.degree()]
        girth = networkx.girth(graph)
        rows.append(
            {
                "graph": name,
                "vertices": graph.number_of_nodes(),
                "edges": graph.number_of_edges(),
                "diameter": networkx.diameter(graph),
                "girth": int(girth) if girth < 1000 else None,
                "largest_degree": max(degrees),
                "regular": len(set(degrees)) == 1,
                "bipartite": networkx.is_bipartite(graph),
                "planar": bool(networkx.check_planarity(graph)[0]),
                "triangles": sum(networkx.triangles(graph).values()) // 3,
            }
        )
    return sorted(rows, key=lambda row: str(row["graph"]))
