"""What send_alerts.py is made of: read what is open, say it, remember what was said."""
