"""How fast the hot endpoints are, beside a bare route that asks the database the same questions."""
