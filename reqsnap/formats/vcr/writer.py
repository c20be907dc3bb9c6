"""Our interactions -> items of VCR.py's files, as VCR.py itself would have written them.

Its layout has no place for trailers, the version of HTTP, the pieces in which an answer came
and how long it took: they are left out. What did not come whole cannot be written.
"""

from __future__ import annotations

import json
from typing import Any

from reqsnap.formats.fields import by_first_spelling
from reqsnap.formats.unwritable import unwritable
from reqsnap.model import Interaction

JSON_INDENT = " " * 8


def yaml_item(interaction: Interaction) -> str:
    """One item of the list in a YAML file. Raises CassetteWriteError for a network error."""
    # Here, because importing reqsnap must not import yaml.
    import yaml

    kind: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
    text: str = yaml.dump([_item(interaction)], Dumper=kind)
    return text


def json_item(interaction: Interaction) -> str:
    """One item of the list in a JSON file, without the blanks before it and a line end.

    Raises CassetteWriteError for a network error, and for a body that is not text.
    """
    try:
        text = json.dumps(_item(interaction), indent=4)
    except TypeError:
        reason = "its body is not text, which VCR.py's JSON cannot hold; use YAML"
        raise unwritable(interaction, reason) from None
    return text.replace("\n", "\n" + JSON_INDENT)


def _item(interaction: Interaction) -> dict[str, Any]:
    if interaction.error is not None:
        reason = f"its answer did not come whole ({interaction.error.kind.value}), "
        reason += "which VCR.py's layout cannot hold. `reqsnap convert` makes a cassette that can of this one"
        raise unwritable(interaction, reason)
    request, response = interaction.request, interaction.response
    # In the order of VCR.py's JSON; its YAML is sorted.
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": _text(request.body) if request.body else None,
            "headers": by_first_spelling(request.headers),
        },
        "response": {
            "status": {"code": response.status, "message": response.reason},
            "headers": by_first_spelling(response.headers),
            "body": {"string": _text(response.body)},
        },
    }


def _text(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
