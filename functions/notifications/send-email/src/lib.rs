//! Mails that follow from events, once per event.
