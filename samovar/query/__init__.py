"""The search language: text -> tree. ``parse`` makes the tree; stores turn it into their own language."""

from samovar.query.error import QueryError
from samovar.query.fields import FIELDS, Field, nearest, resolve
from samovar.query.matcher import match, matcher
from samovar.query.parser import parse
from samovar.query.render import format

__all__ = ["FIELDS", "Field", "QueryError", "format", "match", "matcher", "nearest", "parse", "resolve"]
