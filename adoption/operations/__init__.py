"""The rules of adoption, and the only place that writes its rows."""
