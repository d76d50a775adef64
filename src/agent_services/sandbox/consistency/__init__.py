"""Where the faces of the sandbox disagree. Spec: sandbox 5.1, 6.6."""
