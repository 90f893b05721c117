"""Link names in docstrings and signatures, such as `Turn`, to where they are documented.

A name need not be written in full: it means what the same package calls by it, else the item, else
what is nearest to the top. What is found nowhere stays what it is, code. On other pages it is full
names that are links, such as `rxvoice.Turn`.
"""

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode


class Names(SphinxPostTransform):
    """Completes names before they are looked up."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Complete all names of a page."""
        objects = self.env.domains.python_domain.objects
        names = by_last_part(objects)
        for node in self.document.findall(pending_xref):
            if node.get("refdomain") == "py":
                package = str(node.get("py:module") or "")
                name = str(node["reftarget"])
                known = names.get(name.rpartition(".")[2], [])
                full = complete(objects, known, name, package)
                if full is not None:
                    node["reftarget"] = full
                    node["refspecific"] = False
        for code in [*self.document.findall(nodes.literal)]:
            full = public(objects, names, code.astext())
            if full is not None and not isinstance(code.parent, nodes.reference | nodes.title):
                place = objects[full]
                link = make_refnode(
                    self.app.builder,
                    self.env.docname,
                    place.docname,
                    place.node_id,
                    code.deepcopy(),
                    full,
                )
                code.replace_self(link)


def complete(objects: Any, known: Sequence[str], name: str, package: str) -> str | None:
    """Return the full name of what a name means in a package.

    Args:
        objects: All that is documented, by full names.
        known: Those of them whose last part is that of the name.
        name: As it is written.
        package: Where.
    """
    fits = [full for full in known if full == name or full.endswith(f".{name}")]

    def order(full: str) -> tuple[bool, bool, bool, bool, int, str]:
        member = objects[full].objtype in ("attribute", "method", "property")
        beside = full.startswith(f"{package}.")
        item = full.startswith("rxvoice.items.")
        return full != name, member, not beside, not item, full.count("."), full

    return min(fits, key=order, default=None)


def public(objects: Any, names: dict[str, list[str]], text: str) -> str | None:
    """Return what the full name of something public is documented by, or None.

    Args:
        objects: All that is documented, by full names.
        names: Their last parts.
        text: Such as ``rxvoice.Memory.record``, which is documented where `Memory` is.
    """
    first, _, name = text.partition(".")
    if first != "rxvoice" or not name:
        return None
    known = names.get(name.rpartition(".")[2], [])
    return text if text in objects else complete(objects, known, name, "rxvoice")


def by_last_part(objects: Any) -> dict[str, list[str]]:
    """Return the full names of what is documented, by their last parts.

    Args:
        objects: All that is documented, by full names.
    """
    found: dict[str, list[str]] = {}
    for name in objects:
        if name.startswith("rxvoice") and "._" not in name:
            found.setdefault(name.rpartition(".")[2], []).append(name)
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.add_post_transform(Names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
