"""The tree of a search. Immutable; made by ``query.parse``; matched in Python by ``query.match``."""

from typing import Literal

from msgspec import Struct


class Compare(Struct, frozen=True):
    """``field op value``; field is a Python field name of Event, or ``samovar_detail.<key>``."""

    field: str
    op: Literal["=", ">", ">=", "<", "<="]
    value: str


class Like(Struct, frozen=True):
    """``field:pat*ern``: whole value, ``*`` any run, ``?`` one character; case-insensitive."""

    field: str
    pattern: str


class Network(Struct, frozen=True):
    """``source.ip:10.0.0.0/8``."""

    field: str
    cidr: str


class Exists(Struct, frozen=True):
    """``field:*``."""

    field: str


class Word(Struct, frozen=True):
    """A bare word or phrase: found anywhere in the event's texts, case-insensitive."""

    text: str


class Not(Struct, frozen=True):
    node: "Node"


class And(Struct, frozen=True):
    nodes: tuple["Node", ...]


class Or(Struct, frozen=True):
    nodes: tuple["Node", ...]


Node = Compare | Like | Network | Exists | Word | Not | And | Or
