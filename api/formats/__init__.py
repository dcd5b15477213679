"""Records in other forms than our JSON: files, feeds, exports."""
