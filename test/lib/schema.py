"""The subset of JSON Schema 2020-12 that our descriptions use: is a value as described, what would
be a good value, and which places does a value have. A keyword that is not known here is an error,
so that no description goes unchecked."""
import dataclasses
import datetime
import re
import uuid
from urllib.parse import urlparse

KNOWN = {"$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems",
         "maxItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "pattern", "format", "allOf",
         "anyOf", "oneOf", "discriminator", "description", "default", "title", "examples", "example"}

TYPES = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and v == int(v),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}


def is_date_time(text):
    try:
        return bool(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))
    except ValueError:
        return False


FORMATS = {
    "uuid": lambda v: re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", v),
    "date-time": is_date_time,
    "uri": lambda v: urlparse(v).scheme,
}


@dataclasses.dataclass(frozen=True)
class Place:
    path: tuple
    schema: dict            # what is said of it
    branch: dict            # the alternative of it that the value at hand has taken
    holder: dict            # the same of the object it is a member of; None when it is no member

    @property
    def name(self):
        return self.path[-1] if self.holder else None

    @property
    def required(self):
        return bool(self.holder) and self.name in self.holder.get("required", ())


class Schemas:
    def __init__(self, document):
        self.document = document

    def referred(self, reference):
        found = self.document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return found

    def resolve(self, schema):
        """Without references, and without an allOf that only wraps one."""
        while True:
            unknown = {k for k in schema if k not in KNOWN and not k.startswith("x-")}
            if unknown:
                raise ValueError(f"schema.py does not know {', '.join(unknown)}")
            if "$ref" in schema:
                schema = self.referred(schema["$ref"])
            elif len(schema.get("allOf", ())) == 1:
                schema = schema["allOf"][0]
            else:
                return schema

    def branches(self, schema):
        """The alternatives of a schema; itself when there are none."""
        schema = self.resolve(schema)
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                return [b for one in schema[keyword] for b in self.branches(one)]
        return [schema]

    def types(self, schema):
        """The JSON types allowed; empty when all are."""
        found = set()
        for branch in self.branches(schema):
            named = branch.get("type")
            if named is None:
                return set()
            found |= set(named) if isinstance(named, list) else {named}
        return found

    # -- is a value as described? ----------------------------------------------------------------

    def problems(self, schema, value, path="", closed=True):
        """What is wrong with value. closed: a property that is not described is wrong too."""
        schema = self.resolve(schema)
        here = path or "the body"
        for keyword, fits in (("oneOf", lambda n: n == 1), ("anyOf", lambda n: n >= 1)):
            if keyword in schema:
                tried = [list(self.problems(s, value, path, closed)) for s in schema[keyword]]
                if not fits(sum(not t for t in tried)):
                    yield f"{here} fits not as {keyword} says: {tried}"
                return
        for one in schema.get("allOf", ()):
            yield from self.problems(one, value, path, closed)
        named = schema.get("type")
        if named is not None and not any(TYPES[t](value) for t in (named if isinstance(named, list) else [named])):
            yield f"{here} is {value!r:.100}, not of type {named}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{here} is {value!r:.100}, not one of {schema['enum']}"
        if "const" in schema and value != schema["const"]:
            yield f"{here} is {value!r:.100}, not {schema['const']!r}"
        if isinstance(value, str):
            yield from self._text_problems(schema, value, here)
        elif TYPES["number"](value):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value) or \
                    value <= schema.get("exclusiveMinimum", value - 1):
                yield f"{here} is {value}, out of bounds"
        elif isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                yield f"{here} has {len(value)} elements"
            for i, element in enumerate(value):
                yield from self.problems(schema.get("items", {}), element, f"{path}[{i}]", closed)
        elif isinstance(value, dict):
            yield from self._object_problems(schema, value, path, closed)

    def _text_problems(self, schema, value, here):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{here} has {len(value)} characters"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{here} is {value!r:.100}, not like {schema['pattern']}"
        if "format" in schema and not FORMATS[schema["format"]](value):
            yield f"{here} is {value!r:.100}, not a {schema['format']}"

    def _object_problems(self, schema, value, path, closed):
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{path or 'the body'} has no {name}"
        others = schema.get("additionalProperties", not (closed and properties))
        for name, member in value.items():
            if name in properties:
                yield from self.problems(properties[name], member, f"{path}.{name}", closed)
            elif others is False:
                yield f"{path or 'the body'} has {name}, which is not described"
            elif isinstance(others, dict):
                yield from self.problems(others, member, f"{path}.{name}", closed)

    # -- what would be a good value? -------------------------------------------------------------

    def sample(self, schema, hints, name="", n=1, whole=True):
        """A value that fits. hints: {property name: value} for what only the world knows; n tells
        samples of the same list apart; whole: with every optional property."""
        schema = self.resolve(schema)
        if name in hints and not any(self.problems(schema, hints[name])):
            return hints[name]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if "oneOf" in schema or "anyOf" in schema:
            return self.sample(self.branches(schema)[0], hints, name, n, whole)
        named = schema.get("type", "object")
        named = named[0] if isinstance(named, list) else named
        if named == "object":
            return {k: self.sample(s, hints, k, n, whole) for k, s in schema.get("properties", {}).items()
                    if whole or k in schema.get("required", ())}
        if named == "array":
            return [self.sample(schema.get("items", {}), hints, "", i + 1, whole)
                    for i in range(schema.get("minItems", 1) or 1)]
        if named == "string":
            return self._sample_text(schema, name, n)
        if named in ("integer", "number"):
            return max(schema.get("minimum", 1), min(1, schema.get("maximum", 1)))
        return {"boolean": True, "null": None}[named]

    def _sample_text(self, schema, name, n):
        # An address that the server will not ask for anything: tests stay on this machine.
        if "format" in schema:
            return {"uuid": str(uuid.UUID(int=(7 << 76) + (2 << 62) + n)), "uri": f"http://127.0.0.1:9/{n}",
                    "date-time": "2026-02-03T04:05:06.789Z"}[schema["format"]]
        return f"{name or 'text'} {n}".ljust(schema.get("minLength", 0), "x")[:schema.get("maxLength", 1000)]

    # -- which places does a value have? ---------------------------------------------------------

    def places(self, schema, value, path=(), holder=None):
        """A Place for everything in value that is described."""
        branch = self._branch_of(schema, value)
        yield Place(path, schema, branch, holder)
        if isinstance(value, dict):
            for name, member in value.items():
                if name in branch.get("properties", {}):
                    yield from self.places(branch["properties"][name], member, path + (name,), branch)
        elif isinstance(value, list) and value and "items" in branch:
            yield from self.places(branch["items"], value[0], path + (0,))

    def _branch_of(self, schema, value):
        branches = self.branches(schema)
        return next((b for b in branches if not any(self.problems(b, value))), branches[0])

    def variants(self, schema, hints, whole=True):
        """A good value for each shape that a body can have: one per branch of each union in it."""
        out = []
        for branch in self.branches(schema):
            base = self.sample(branch, hints, "", 1, whole)
            out.append(base)
            out += [replaced(base, p.path, self.sample(other, hints, p.name or "", 1, whole))
                    for p in self.places(branch, base) if p.path
                    for other in self.branches(p.schema)[1:] if other.get("type") != "null"]
        return out


def replaced(value, path, new):
    """A copy of value with something else at path; new is a function to change what is there."""
    if not path:
        return new(value) if callable(new) else new
    if isinstance(value, dict):
        return {**value, path[0]: replaced(value.get(path[0]), path[1:], new)}
    return [replaced(v, path[1:], new) if i == path[0] else v for i, v in enumerate(value)]


def removed(value, path):
    return replaced(value, path[:-1], lambda v: {k: m for k, m in v.items() if k != path[-1]})
