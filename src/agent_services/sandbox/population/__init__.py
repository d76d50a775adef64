"""Entering somebody whole: group, people, enrolments, known facts and records that agree. Spec: sandbox 1.8, 5.1."""
