"""A fresh clone sets itself up: locks that install on any day, targets that need no other."""
