"""All of the server's SQL, behind functions named for the question that they answer.

A `sqlite_utils.Database` belongs to the thread that opened it; `open_database` is cheap, so each thread
opens its own. Times are stored as whole microseconds since 1970 in UTC, money and quantities as whole
ten-thousandths, so that both come back exactly as they went in.
"""
