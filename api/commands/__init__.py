"""The commands of `facts`, one file each."""
