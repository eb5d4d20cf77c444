//! What is not known before it is there, and previews.
