"""What every test has: a control plane, a guard against traffic that leaves the machine, seeded rounds, DNS worlds."""

pytest_plugins = [
    "tests.cluster.fixtures",
    "tests.cluster.egress_fixtures",
    "tests.cluster.rounds",
    "tests.world.dns.fixtures",
    "tests.world.edge_fixtures",
    "tests.sdks.holding",
]
