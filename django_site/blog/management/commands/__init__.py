"""The commands of the blog, one a module."""
