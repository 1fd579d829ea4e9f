"""What the office did in a period, with figures: on screen, as a workbook, and as a letter in the official form."""
