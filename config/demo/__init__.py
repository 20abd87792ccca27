"""The demonstration county: a believable, made-up county with its services, people and past, for trying the portal alone."""
