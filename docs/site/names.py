"""Link names in docstrings, such as `Turn`, to where they are documented.

A name in single backquotes is looked up as it is written; this looks further: for the one
documented object whose last parts it is. What is found nowhere stays what it is, code.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode


def find(
    app: Sphinx, env: BuildEnvironment, node: Any, contnode: nodes.Element
) -> nodes.Element | None:
    """Return a link to what a name means, if that is one thing."""
    if node.get("refdomain") != "py":
        return None
    target = str(node["reftarget"])
    objects = env.domains.python_domain.objects
    package = str(node.get("py:module") or "")
    fits = [
        name
        for name in _by_last_part(objects).get(target.rpartition(".")[2], ())
        if name == target or name.endswith(f".{target}")
    ]
    classes = [name for name in fits if objects[name].objtype not in ("attribute", "method")]
    for narrower in (
        fits,
        classes,
        [name for name in classes if name.startswith(f"{package}.")],
        [name for name in classes if name.startswith("rxvoice.items.")],
    ):
        if len(narrower) == 1:
            found = objects[narrower[0]]
            page = str(node.get("refdoc") or env.docname)
            return make_refnode(
                app.builder, page, found.docname, found.node_id, contnode, narrower[0]
            )
    return None


def _by_last_part(objects: Any) -> dict[str, list[str]]:
    """Return the names of all objects by their last parts; made once."""
    if not _known:
        for name in objects:
            if name.startswith("rxvoice"):
                _known.setdefault(name.rpartition(".")[2], []).append(name)
    return _known


_known: dict[str, list[str]] = {}


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.connect("missing-reference", find)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
