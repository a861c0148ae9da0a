import CLibvirt
import Glibc

/// The functions of libvirt, found when they are first needed.
enum LibvirtLibrary {
    /// The functions of libvirt.so.0, with its event loop running and its own printing of errors off.
    static func functions() throws(LibvirtError) -> devenv_libvirt {
        switch loaded {
        case .success(let functions): return functions
        case .failure(let error): throw error
        }
    }

    /// The functions of libvirt-qemu.so.0.
    static func qemuFunctions() throws(LibvirtError) -> devenv_libvirt_qemu {
        switch loadedForQEMU {
        case .success(let functions): return functions
        case .failure(let error): throw error
        }
    }

    // tables of pointers to code, which never change once they are filled
    private static let loaded: Result<devenv_libvirt, LibvirtError> = load()
    private static let loadedForQEMU: Result<devenv_libvirt_qemu, LibvirtError> = loadForQEMU()

    private static func load() -> Result<devenv_libvirt, LibvirtError> {
        var reason: UnsafePointer<CChar>?
        guard let table = unsafe devenv_libvirt_load(&reason) else {
            return unsafe .failure(.libraryMissing(describe(reason)))
        }
        let functions = unsafe table.pointee
        unsafe functions.virSetErrorFunc(nil) { _, _ in }
        // libvirt writes to its sockets with write(2), so that the death of a daemon would be ours; commands ignore the
        // signal anyway
        signal(SIGPIPE, SIG_IGN)
        // before the first connection, which asks for it when it is made
        guard functions.virEventRegisterDefaultImpl() == 0 else {
            return .failure(.unusable("libvirt can't set up its event loop"))
        }
        let status = devenv_libvirt_deliver_events(functions.virEventRunDefaultImpl)
        guard status == 0 else {
            return .failure(.unusable("starting the thread of libvirt's events: error \(status)"))
        }
        return .success(functions)
    }

    private static func loadForQEMU() -> Result<devenv_libvirt_qemu, LibvirtError> {
        var reason: UnsafePointer<CChar>?
        guard let table = unsafe devenv_libvirt_qemu_load(&reason) else {
            return unsafe .failure(.libraryMissing(describe(reason)))
        }
        return unsafe .success(table.pointee)
    }

    private static func describe(_ reason: UnsafePointer<CChar>?) -> String {
        unsafe reason.map { unsafe String(cString: $0) } ?? "no reason given"
    }
}
