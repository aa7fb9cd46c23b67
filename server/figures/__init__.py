"""From what is stored to the rows of figures: spans put together beforehand, else minutes and tickets."""
