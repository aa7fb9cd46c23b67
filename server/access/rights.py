"""The one table of permissions: role × action."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody or something is to a shop."""

    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    HEAD_OFFICE = "head-office"
    DEVICE = "device"
    TILL = "till"
    DISPLAY = "display"
    """A tablet or sign beside a zone."""


class Action(StrEnum):
    """What a route does, as seen by those who give rights. Every route states one of them."""

    OPEN = "open"
    """Needs no log-in: only what leads to one, and whether the server answers."""
    BE_KNOWN = "be-known"
    """Whoever has logged in or holds a token."""
    OWN_ACCOUNT = "own-account"
    """A person's own password and sessions."""
    SEE_FIGURES = "see-figures"
    EXPORT = "export"
    SEND_COUNTS = "send-counts"
    IMPORT_SALES = "import-sales"
    SEE_CATALOGUE = "see-catalogue"
    EDIT_CATALOGUE = "edit-catalogue"
    EDIT_PRODUCTS = "edit-products"
    """Products are the same in all stores."""
    SEE_DISPLAY = "see-display"
    """What a zone shows its customers now."""
    ANSWER_NOTICES = "answer-notices"
    """See to what a zone shows, or take it away."""
    SET_FLAGS = "set-flags"
    """Say that it rains, or that a campaign runs: triggers look at it."""
    QUARANTINE = "quarantine"
    MANAGE_USERS = "manage-users"
    MANAGE_TOKENS = "manage-tokens"
    SEE_AUDIT = "see-audit"
    SEE_EXPERIMENTS = "see-experiments"
    MANAGE_EXPERIMENTS = "manage-experiments"
    """Plan, begin and stop them: it decides what zones show."""
    SEE_LEARNING = "see-learning"
    """What was learnt from tickets, and how good it is; no customers."""
    PLAN_STAFF = "plan-staff"
    """Rosters name people, with their wages and absences."""
    MANAGE_WEBHOOKS = "manage-webhooks"
    """Whoever is told of alerts is told of all stores that they name, and their secrets sign."""


PEOPLE = (Role.OWNER, Role.MANAGER, Role.STAFF, Role.HEAD_OFFICE)
"""Roles of users, who log in with a password."""

PROGRAMS = (Role.MANAGER, Role.STAFF, Role.HEAD_OFFICE, Role.DEVICE, Role.TILL, Role.DISPLAY)
"""Roles of tokens. None is an owner: a program that leaks must not make users."""

OF_ALL_STORES = frozenset({Action.EDIT_PRODUCTS})
"""What changes all stores at once is for those who see all stores."""

IN_PARTS = {Role.TILL: "till", Role.DISPLAY: "zone"}
"""Roles whose tokens can be bound to parts of one store, and what these parts are."""

_FIGURES = frozenset({Action.BE_KNOWN, Action.SEE_FIGURES, Action.SEE_DISPLAY})

RIGHTS: Mapping[Role, frozenset[Action]] = {
    Role.OWNER: frozenset(Action) - {Action.SEND_COUNTS},
    Role.MANAGER: _FIGURES
    | {Action.OWN_ACCOUNT, Action.EXPORT, Action.IMPORT_SALES, Action.QUARANTINE}
    | {Action.ANSWER_NOTICES, Action.SET_FLAGS}
    | {Action.SEE_CATALOGUE, Action.EDIT_CATALOGUE, Action.EDIT_PRODUCTS, Action.SEE_LEARNING}
    | {Action.SEE_EXPERIMENTS, Action.MANAGE_EXPERIMENTS, Action.PLAN_STAFF},
    Role.STAFF: _FIGURES | {Action.OWN_ACCOUNT, Action.ANSWER_NOTICES},
    Role.HEAD_OFFICE: _FIGURES
    | {Action.OWN_ACCOUNT, Action.EXPORT, Action.SEE_CATALOGUE}
    | {Action.SEE_EXPERIMENTS, Action.SEE_LEARNING},
    Role.DEVICE: frozenset({Action.SEND_COUNTS}),
    Role.TILL: frozenset({Action.IMPORT_SALES}),
    Role.DISPLAY: frozenset({Action.SEE_DISPLAY}),
}
"""What each role may do, within the stores that it is given."""
