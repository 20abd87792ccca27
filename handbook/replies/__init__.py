"""What is computed of quick replies: filled texts, what is found, what is near to what. No writing here."""
