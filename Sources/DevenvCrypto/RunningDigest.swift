import CLibCrypto

/// A hash function.
package enum HashAlgorithm: String, Hashable, Sendable, Codable, CaseIterable {
    case md5, sha1, sha256, sha384, sha512

    /// How many hexadecimal digits a digest has.
    package var digits: Int {
        switch self {
        case .md5: 32
        case .sha1: 40
        case .sha256: 64
        case .sha384: 96
        case .sha512: 128
        }
    }

    /// Whether nobody is known to be able to make two contents of one digest.
    package var isStrong: Bool { self != .md5 && self != .sha1 }
}

/// A digest that is computed as bytes come, by libcrypto, which uses the processor's own instructions for it.
@safe package struct RunningDigest: ~Copyable {
    private let context: OpaquePointer
    private let algorithm: HashAlgorithm

    /// Starts a digest; nil where libcrypto does not offer the function, as in FIPS mode MD5. Traps where memory is out, as an
    /// allocation in Swift does.
    package init?(_ algorithm: HashAlgorithm) {
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("libcrypto has no memory for a digest")
        }
        guard unsafe EVP_DigestInit_ex(context, Self.function(algorithm), nil) == 1 else {
            unsafe EVP_MD_CTX_free(context)
            return nil
        }
        unsafe self.context = context
        self.algorithm = algorithm
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { _ = unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// Ends the digest.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: algorithm.digits / 2)
        _ = unsafe digest.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        return digest
    }

    /// Ends the digest.
    package consuming func checksum() -> Checksum {
        let algorithm = algorithm
        return Checksum(algorithm, digest: finish())
    }

    private static func function(_ algorithm: HashAlgorithm) -> OpaquePointer? {
        switch algorithm {
        case .md5: unsafe EVP_md5()
        case .sha1: unsafe EVP_sha1()
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}
