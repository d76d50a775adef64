"""What every room stands on: database, locks, jobs, audit, encryption, clock, HTTP plumbing, logging."""
