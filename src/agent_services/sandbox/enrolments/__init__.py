"""The enrolment store (EACD): who holds which enrolment, and known facts. Spec: sandbox 1.5, 1.6, 2.3."""
