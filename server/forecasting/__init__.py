"""What is expected: entries, visits, tickets and demand, one hour to six weeks ahead."""
