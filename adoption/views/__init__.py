"""The pages of adoption."""
