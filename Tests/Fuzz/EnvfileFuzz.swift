import EnvfileInvariants
import Glibc
import SystemPackage

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func readAsEnvfile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // one in eight, the same ones each time, as the others then are several times as many
    let readingAgain = bytes.reduce(0) { ($0 ^ UInt32($1)) &* 0x0100_0193 } >> 29 == 0
    let violations = EnvfileInvariants.violations(of: bytes, readingAgain: readingAgain)
    guard !violations.isEmpty else { return 0 }
    // libFuzzer keeps the input of a program that aborts, and tells it from one that crashed by its output
    let text = violations.map { "broken: \($0)\n" }.joined()
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)  // the abort says enough where this can't be written
    abort()
}
