"""Tables of adoption that are exported, edited in a spreadsheet and imported again."""
