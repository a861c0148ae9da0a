import DevenvTestSupport
import Glibc
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips tests of real containers where this host can't run them; under `CI=true` that is a failure.
    static var requiresContainers: Self {
        let tools = ["runc", "ip", "nft", "nsenter", "catatonit", "mmdebstrap", "ssh"]
        let missing = tools.filter { Requirement.find($0) == nil }
        return Requirement.trait(
            missing.isEmpty && geteuid() == 0,
            "needs root and \(missing.isEmpty ? "nothing else" : missing.joined(separator: ", "))")
    }
}
