"""Links to folders are for those who read on GitHub; a page of HTML names the folder only."""

import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"\[([^\]\n]+)\]\(([\w./-]+)\)")


def unlink(app: Sphinx, docname: str, content: list[str]) -> None:
    """Take links to folders out of a page."""
    folder = Path(app.env.doc2path(docname)).parent

    def shown(link: re.Match[str]) -> str:
        return link[1] if (folder / link[2]).is_dir() else link[0]

    content[0] = LINK.sub(shown, content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.connect("source-read", unlink)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
