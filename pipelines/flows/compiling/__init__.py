"""From a document to what runs, once a version."""
