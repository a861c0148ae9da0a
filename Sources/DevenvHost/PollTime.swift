/// Times as poll(2) takes them.
package enum PollTime {
    /// The milliseconds until then, rounded up, as waking too early only means sleeping again; -1, for ever, without a
    /// deadline.
    package static func until(_ deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = max(.zero, min(.seconds(3600), ContinuousClock.now.duration(to: deadline)))
        return Int32((left / .milliseconds(1)).rounded(.up))
    }
}
