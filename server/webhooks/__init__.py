"""Telling another machine over HTTP: to which addresses, how signed, and the sending itself."""
