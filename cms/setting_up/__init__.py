"""The first hour of a new installation: an administrator is led through what an office needs before its first answer."""
