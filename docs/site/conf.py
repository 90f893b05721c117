"""The documentation as pages of HTML; tools/docs.sh builds them.

The source is the whole checkout, so that the pages stay where they are read on GitHub as well:
README.md, docs/*.md, the gallery beside the operators. What is not listed here is no page.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "rxvoice"
author = "the authors of rxvoice"
root_doc = "docs/index"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "homes",
    "names",
    "places",
    "written",
]
include_patterns = [
    "docs/*.md",
    "docs/concepts/*.md",
    "docs/reference/*.md",
    "rxvoice/operators/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks/README.md",
    "benchmarks/RESULTS.md",
    "examples/README.md",
    "notebooks/README.md",
]

myst_heading_anchors = 4
myst_links_external_new_tab = False

default_role = "py:obj"
autodoc_typehints = "none"  # "written" shows them
autodoc_member_order = "groupwise"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = "rxvoice"
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["marbles.css"]
html_extra_path = ["front"]
pygments_style = "friendly"
pygments_dark_style = "monokai"
