package import DevenvModel
import Synchronization

/// What options look like, as their own decoder tells: it is run on none at all, and which keys it asks for is noted. There is thus
/// no second list of them.
package enum OptionShape {
    @TaskLocal static var recorder: Recorder?

    /// The options that `decode` reads first.
    package static func shape(_ decode: () -> Void) -> Shape {
        let recorder = Recorder()
        $recorder.withValue(recorder, operation: decode)
        return recorder.first ?? .open
    }

    /// Keeps what a reader asked for.
    final class Recorder: Sendable {
        private let found = Mutex<Shape?>(nil)

        var first: Shape? { found.withLock { $0 } }

        func note(_ shape: Shape) {
            found.withLock { if $0 == nil { $0 = shape } }
        }
    }
}
