"""What people and programs do to be known: join, log in, change a password, get a token."""
