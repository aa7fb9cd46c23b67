"""What was learnt from tickets: the one way for the API and the page."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from server.api.site import Here, Site
from server.recommending.card import Card, ModelUnreadable, read_card
from server.recommending.serving import check_usable


class LearningShape(BaseModel):
    """A store's model, or why there is none."""

    model_config = ConfigDict(frozen=True)
    store: str
    name: str
    used: bool
    sentence: str = Field(description="what recommendations rest on, and why")
    card: Card | None


def learning(here: Here) -> list[LearningShape]:
    """Per store what was learnt from its tickets, how good it was on later ones, and whether it is used."""
    return [_shape(here, store) for store in here.settings.stores]


def _shape(here: Site, store: str) -> LearningShape:
    name, card = here.settings.stores[store].name, None
    try:
        card = read_card(here.settings.learning_folder, store)
        check_usable(here.settings.learning_folder, card)
    except ModelUnreadable as error:
        sentence = f"{error}; what is popular is shown instead"
        return LearningShape(store=store, name=name, used=False, sentence=sentence, card=card)
    return LearningShape(store=store, name=name, used=card.used, sentence=card.sentence, card=card)
