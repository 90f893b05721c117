"""Links to folders, and to texts that are no page, are for those who read on GitHub.

A page of HTML names them only.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"\[([^\]\n]+)\]\(([\w./-]+)\)")


def unlink(app: Sphinx, docname: str, content: list[str]) -> None:
    """Take links that no page of HTML can have out of a page."""
    folder = Path(app.env.doc2path(docname)).parent

    def leads(path: Path) -> bool:
        if path.suffix == ".md" and path.is_file():
            return app.env.path2doc(str(path.resolve())) in app.env.found_docs
        return not path.is_dir()

    def shown(link: re.Match[str]) -> str:
        return link[0] if leads(folder / link[2]) else link[1]

    content[0] = LINK.sub(shown, content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.connect("source-read", unlink)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
