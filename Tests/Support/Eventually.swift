package import Testing

/// Waits until the condition holds, asking every few milliseconds, and fails the test when it does not within the time.
/// The one place of the tests that sleeps. The time is for machines that run thirty programs for each processor; a test of one
/// that has less to do ends as soon as the condition holds.
package func eventually(
    _ what: Comment = "the condition holds", within limit: Duration = .seconds(240),
    isolation: isolated (any Actor)? = #isolation, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    guard try await comesTrue(within: limit, condition) else {
        Issue.record("waited \(limit) in vain until \(what)", sourceLocation: sourceLocation)
        throw NeverHappened()
    }
}

/// The same for what has a second chance: whether it came to hold.
package func comesTrue(
    within limit: Duration, isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + limit
    var pause = Duration.milliseconds(1)
    while try await !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
    return true
}

/// What `eventually` throws, besides recording an issue, so that the test ends there.
package struct NeverHappened: Error {}
