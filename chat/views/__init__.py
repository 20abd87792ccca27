"""The pages and doors of the chat."""
