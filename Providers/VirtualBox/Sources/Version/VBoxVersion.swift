/// A release of VirtualBox, as `VBoxManage --version` names it: `7.2.22_Debianr175245`.
struct VBoxVersion: Hashable, Sendable {
    /// The first number.
    let major: Int
    /// The second number; what VBoxManage understands only changes with it.
    let minor: Int
    /// The third number.
    let patch: Int

    /// Names a release.
    init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// The oldest that devenv works with.
    static let oldest = VBoxVersion(6, 1)

    /// Reads what `VBoxManage --version` prints; nil for anything else. Warnings about the host may come before it.
    init?(_ text: String) {
        guard let line = text.split(whereSeparator: \.isNewline).last else { return nil }
        let numbers = line.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".").map { Int($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        self.init(major, minor, patch)
    }
}

extension VBoxVersion: Comparable {
    /// Orders by age.
    static func < (left: VBoxVersion, right: VBoxVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}

extension VBoxVersion: CustomStringConvertible {
    /// The three numbers.
    var description: String { "\(major).\(minor).\(patch)" }
}
