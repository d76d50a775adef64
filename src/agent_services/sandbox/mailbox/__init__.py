"""What the platform sends away and never sees again: e-mails and audit events, kept to be read. Spec: sandbox 6.5."""
