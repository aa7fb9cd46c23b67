"""Whether a recommendation helped: schedules, estimates with intervals, sequential looks. Pure."""
