"""From what was heard back to digits and spellings."""
