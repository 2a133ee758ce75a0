"""Mutation tests of the SQL: what to change, how to render it, and which test notices."""
