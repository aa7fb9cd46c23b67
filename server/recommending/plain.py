"""What sells most, by the database alone: what is shown while nothing better was learnt. Needs no library."""

from __future__ import annotations

from dataclasses import dataclass

from server.recommending.protocol import Context, Reason, ReasonKind, Scored


@dataclass(frozen=True)
class MostSold:
    """Products by how many tickets hold them, most first."""

    tickets: int
    products: tuple[tuple[str, str | None, int], ...]
    name: str = "popularity"

    def recommend(self, context: Context, k: int) -> list[Scored]:
        """The products on most tickets."""
        without = context.excluded | set(context.basket)
        allowed = (
            (sku, count)
            for sku, _, count in self.products
            if sku not in without and (context.candidates is None or sku in context.candidates)
        )
        return [self._scored(sku, count) for (sku, count), _ in zip(allowed, range(max(k, 0)), strict=False)]

    def _scored(self, sku: str, count: int) -> Scored:
        share = count / max(self.tickets, 1)
        figures = {"tickets": float(count), "of": float(self.tickets), "share": round(share, 6)}
        reason = Reason(ReasonKind.POPULAR, f"in {count} of {self.tickets} tickets", figures)
        return Scored(sku, share, (reason,))
