"""The responder's handbook: chapters, quick replies, orientation and materials."""
