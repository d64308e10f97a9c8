"""Mail: messages wait in a table, and background work sends them."""
