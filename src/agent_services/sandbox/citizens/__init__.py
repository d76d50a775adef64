"""Citizens, as citizen-details tells of them. Spec: sandbox 2.5."""
