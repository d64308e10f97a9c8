"""Both sites side by side: pairs of files and functions, aligned by meaning."""
