/// Random values from the system's generator (getrandom(2) behind `SystemRandomNumberGenerator`).
package enum SecureRandom {
    /// This many random bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// This many random hexadecimal digits, for ids.
    package static func hexadecimal(digits: Int) -> String {
        String(Hexadecimal.encode(bytes((digits + 1) / 2)).prefix(digits))
    }
}
