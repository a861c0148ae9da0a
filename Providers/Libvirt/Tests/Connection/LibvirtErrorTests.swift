import DevenvPluginAPI
import Glibc
import LibvirtProvider
import Testing

/// What errors of libvirt mean to the user. The numbers are those of libvirt/virterror.h.
@Suite struct LibvirtErrorTests {
    @Test(arguments: [
        (LibvirtError(code: 45, message: "authentication failed"), ProviderError.Code.notPermitted),
        (LibvirtError(code: 94, message: "no polkit", circumstance: .unreachable), .notPermitted),
        (LibvirtError(code: 1, domain: 47, message: "no system bus", circumstance: .unreachable), .notPermitted),
        (LibvirtError(code: 3, message: "no such function"), .unsupported),
        (LibvirtError(code: 86, message: "agent"), .timedOut),
        (LibvirtError(code: 27, message: "XML"), .invalidRequest),
        (LibvirtError(code: 38, message: "write", errno: ENOSPC), .diskFull),
        (LibvirtError(code: 38, message: "connect", errno: EACCES, circumstance: .unreachable), .notPermitted),
        (LibvirtError(code: 1, message: "internal error"), .failed),
        (.cancelled(), .cancelled),
        (.libraryMissing("libvirt.so.0: no such file"), .unsupported),
        (.lost("gone"), .failed),
    ])
    func errorsAreTranslatedByTheirKind(error: LibvirtError, code: ProviderError.Code) {
        #expect(error.providerError("starting 'web'").code == code)
    }

    @Test func theMessageSaysWhatWasAttempted() {
        let error = LibvirtError(code: 42, domain: 10, message: "Domain not found: no domain 'x'")
        #expect(error.providerError("starting 'web'").message == "starting 'web': domain not found: no domain 'x'")
        let other = LibvirtError(code: 1, message: "QEMU died")
        #expect(other.providerError("starting 'web'").message == "starting 'web': QEMU died")
    }

    @Test func aMissingLibraryComesWithItsCure() {
        let error = LibvirtError.libraryMissing("libvirt.so.0: cannot open").providerError("connecting to libvirt")
        #expect(error.help?.contains("apt-get install") == true)
    }

    @Test(arguments: [42, 43, 49, 50, 72, 80]) func absentObjectsAreMissing(code: Int32) {
        #expect(LibvirtError(code: code, message: "").isMissing)
        #expect(!LibvirtError(code: code, message: "", circumstance: .lost).isMissing)
    }

    @Test(arguments: [
        ("0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"),
        ("01234567-89AB-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"),
        ("0123456789abcdef0123456789abcde", nil), ("0123456789abcdef0123456789abcdeg", nil), ("", nil),
    ])
    func identifiersAre32Digits(text: String, uuid: String?) {
        #expect(DomainID(text)?.uuid == uuid)
    }
}
