"""What every test has: a control plane, a guard against traffic that leaves the machine, seeded rounds."""

pytest_plugins = ["tests.cluster.fixtures", "tests.cluster.egress_fixtures", "tests.cluster.rounds"]
