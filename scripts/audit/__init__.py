"""The auditor's pack: what is in it, how it is written so that it can be written again, and verified."""
