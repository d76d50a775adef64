"""The journal of upstream calls: who was asked what, and what they answered. Spec: sandbox 6.5."""
