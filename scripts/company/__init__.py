"""The demo company: its trading, its books and the faults planted in them."""
