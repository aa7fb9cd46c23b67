"""Who may do what, how secrets are kept, and how long a wrong guess costs. Pure: no database, no clock."""
