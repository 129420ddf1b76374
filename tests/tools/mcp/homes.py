"""Environments in which a server of these tests is an installed package, as `builder.tools.mcp.packages` finds it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

SERVERS = Path(__file__).parent / "servers"
VERSION = "1.0"


def install(home: Path, module: str) -> Path:
    """Install `servers/<module>.py` as the package and the program `<module>-server`."""
    home.mkdir(exist_ok=True)
    # Run by root, the sandbox makes a program somebody else's, for whom pytest's folders are closed.
    home.chmod(0o755)
    site = home / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    info = site / f"{module}_server-{VERSION}.dist-info"
    info.mkdir(parents=True)
    shutil.copyfile(SERVERS / f"{module}.py", site / f"{module}.py")
    parts = {
        "METADATA": f"Metadata-Version: 2.4\nName: {module}-server\nVersion: {VERSION}\nLicense-Expression: MIT\n",
        "entry_points.txt": f"[console_scripts]\n{module}-server = {module}:main\n",
    }
    for name, text in parts.items():
        (info / name).write_text(text, encoding="utf-8")
    listed = [f"{module}.py", *(f"{info.name}/{name}" for name in (*parts, "RECORD")), f"../../../bin/{module}-server"]
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in listed), encoding="utf-8")
    script = home / "bin" / f"{module}-server"
    script.parent.mkdir(exist_ok=True)
    script.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(site)!r})\nfrom {module} import main\nmain()\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    return home
