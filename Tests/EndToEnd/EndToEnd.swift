import TestSupport
import Testing

/// Journeys over real processes, one suite after the other: each starts a platform of its own.
@Suite("End to end", .enabled(if: Servers.areThere, "no PostgreSQL or Kafka here"), .serialized) enum EndToEnd {}
