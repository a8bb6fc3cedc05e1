"""From plans to a whole ParlayLib file: one small file a form."""
