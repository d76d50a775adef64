"""Changes of state that no API makes: suspension, insolvency, death, sign-up. Spec: sandbox 6.8."""
