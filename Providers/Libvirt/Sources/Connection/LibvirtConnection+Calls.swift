import CLibvirt
import Glibc

/// What every call of libvirt has in common. An error belongs to the thread and to the last call on it, so that it is
/// copied before anything else is called, the release of a handle included.
extension LibvirtConnection {
    /// Throws where a call returned -1.
    @discardableResult
    func check(_ result: Int32) throws(LibvirtError) -> Int32 {
        guard result >= 0 else { throw lastError() }
        return result
    }

    /// Makes one call on an object; throws where it returns -1.
    @discardableResult
    @safe func call<Object>(_ object: consuming Handle<Object>, _ call: (OpaquePointer) -> Int32) throws(LibvirtError)
        -> Int32
    {
        // the object goes after the error was read
        try check(object.lend(call))
    }

    /// Takes over a reference that a call returned; throws where it returned null.
    func take<Object>(
        _ pointer: OpaquePointer?, _ release: @convention(c) (OpaquePointer?) -> Int32, as object: Object.Type
    ) throws(LibvirtError) -> Handle<Object> {
        guard let pointer = unsafe pointer else { throw lastError() }
        return unsafe Handle(pointer, release: release)
    }

    /// Takes over a text that a call returned; throws where it returned null.
    func take(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
        guard let text = unsafe text else { throw lastError() }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// Copies a text that stays libvirt's.
    func copy(_ text: UnsafePointer<CChar>?) -> String { unsafe text.map { unsafe String(cString: $0) } ?? "" }

    /// Takes over XML that a call returned; throws where it returned null.
    func takeXML(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> XMLElement {
        let text = try unsafe take(text)
        do throws(XMLError) {
            return try XMLParser.parse(text)
        } catch {
            throw .unusable("libvirt answered with XML that can't be read: \(error)")
        }
    }

    /// Copies the error of the last call.
    func lastError(circumstance: LibvirtError.Circumstance = .answered) -> LibvirtError {
        guard let error = unsafe api.virGetLastError()?.pointee else {
            return .unusable("libvirt failed without saying why")
        }
        let message = unsafe error.message.map { unsafe String(cString: $0) } ?? "unknown error"
        let isSystem = unsafe error.code == Int32(VIR_ERR_SYSTEM_ERROR.rawValue)
        let (code, domain, number) = unsafe (error.code, error.domain, isSystem ? error.int1 : 0)
        // from here on the error is ours: the question whether anybody is there replaces libvirt's
        let circumstance = circumstance == .answered && !isAlive ? .lost : circumstance
        return LibvirtError(code: code, domain: domain, message: message, errno: number, circumstance: circumstance)
    }

    /// Calls one of the functions that list objects, and makes a value of each. Objects that go meanwhile are left out.
    func list<Value>(
        _ release: @convention(c) (OpaquePointer?) -> Int32,
        _ call: (UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>) throws(LibvirtError) -> Int32,
        _ value: (OpaquePointer) throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> [Value] {
        var objects: UnsafeMutablePointer<OpaquePointer?>?
        let count = Int(try check(try unsafe call(&objects)))
        guard let objects = unsafe objects else { return [] }
        defer {
            for index in 0..<count { _ = unsafe release(objects[index]) }
            unsafe free(objects)
        }
        var values: [Value] = []
        for index in 0..<count {
            guard let object = unsafe objects[index] else { continue }
            do throws(LibvirtError) {
                values.append(try unsafe value(object))
            } catch {
                guard error.isMissing else { throw error }
            }
        }
        return values
    }
}

/// Takes over a list of structures that a call filled in, and makes a value of each that has one.
func takeList<Structure, Value>(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<Structure>?>?, _ count: Int32,
    _ release: (UnsafeMutablePointer<Structure>?) -> Void, _ values: (Structure) -> [Value]
) -> [Value] {
    guard let list = unsafe list else { return [] }
    defer { unsafe free(list) }
    return (0..<Int(count)).flatMap { index in
        defer { unsafe release(list[index]) }
        return unsafe list[index].map { unsafe values($0.pointee) } ?? []
    }
}

extension LibvirtConnection {
    /// Finds a domain.
    func domain(_ id: DomainID) throws(LibvirtError) -> Handle<LibvirtObject.Domain> {
        try unsafe take(
            try lend { unsafe api.virDomainLookupByUUIDString($0, id.uuid) }, api.virDomainFree,
            as: LibvirtObject.Domain.self)
    }

    /// Finds a network.
    func network(_ name: String) throws(LibvirtError) -> Handle<LibvirtObject.Network> {
        try unsafe take(
            try lend { unsafe api.virNetworkLookupByName($0, name) }, api.virNetworkFree,
            as: LibvirtObject.Network.self)
    }

    /// Finds a storage pool.
    func storagePool(_ name: String) throws(LibvirtError) -> Handle<LibvirtObject.Pool> {
        try unsafe take(
            try lend { unsafe api.virStoragePoolLookupByName($0, name) }, api.virStoragePoolFree,
            as: LibvirtObject.Pool.self)
    }

    /// Finds a volume of a storage pool.
    func volume(_ name: String, in pool: String) throws(LibvirtError) -> Handle<LibvirtObject.Volume> {
        let pool = try storagePool(pool)
        return try unsafe take(
            pool.lend { unsafe api.virStorageVolLookupByName($0, name) }, api.virStorageVolFree,
            as: LibvirtObject.Volume.self)
    }
}
