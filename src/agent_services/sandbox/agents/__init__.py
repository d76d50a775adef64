"""Agencies: records, access groups, income-record authority. Spec: sandbox 2.10."""
