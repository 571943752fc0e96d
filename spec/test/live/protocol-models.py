"""Prints the classes of airbyte-protocol-models-dataclasses as JSON: {class: {field: {"type": ..., "required": ...}}}.

A type is one of "string", "integer", "number", "boolean", "object", "enum(a,b)", "array of <type>", "a or b", or a class.
Run with the package on PYTHONPATH.
"""

import dataclasses
import enum
import json
import sys
import typing

from airbyte_protocol_dataclasses.models import airbyte_protocol as models

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def name(hint):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return " or ".join(name(part) for part in arguments if part is not type(None))
    if origin is list:
        return f"array of {name(arguments[0])}"
    if origin is dict:
        return "object"
    if hint in PLAIN:
        return PLAIN[hint]
    if issubclass(hint, enum.Enum):
        return f"enum({','.join(member.value for member in hint)})"
    # A class without fields is what the generator makes of an object with any content.
    return hint.__name__ if dataclasses.fields(hint) else "object"


def describe(cls):
    hints = typing.get_type_hints(cls)
    return {
        field.name: {"type": name(hints[field.name]), "required": field.default is dataclasses.MISSING}
        for field in dataclasses.fields(cls)
    }


classes = [value for value in vars(models).values() if dataclasses.is_dataclass(value)]
json.dump({cls.__name__: describe(cls) for cls in classes if dataclasses.fields(cls)}, sys.stdout)
