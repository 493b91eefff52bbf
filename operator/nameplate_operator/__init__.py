"""The controller: one pass over one CustomDomain looks, decides, changes and reports."""
