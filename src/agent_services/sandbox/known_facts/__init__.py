"""Known facts: what proves that an enrolment exists. Spec: sandbox 1.6."""
