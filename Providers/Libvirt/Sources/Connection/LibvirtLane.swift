import CLibvirt
import DevenvHost
import Glibc
import SystemPackage

/// A connection of libvirt on a thread of its own, made at the first call.
///
/// libvirt allows several threads on one connection, but its versions before 10.3 then write into the stacks of others,
/// or wait for ever for an answer that has come (CVE-2024-4418; the waiting was seen with 9.0). So every thread has its
/// own.
actor LibvirtLane {
    /// libvirt's functions.
    let api: devenv_libvirt
    private let uri: String
    private nonisolated let executor: ThreadExecutor
    private var link: Link?

    /// Starts the thread; connects to nothing yet.
    init(_ uri: String) throws(LibvirtError) {
        self.uri = uri
        api = try LibvirtLibrary.functions()
        do throws(Errno) {
            executor = try ThreadExecutor(name: "libvirt")
        } catch {
            throw .unusable("starting a thread: \(error)")
        }
    }

    // saying goodbye may take its time too
    isolated deinit {
        link = nil
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Connects unless connected.
    func connect() throws(LibvirtError) {
        guard link == nil else { return }
        guard let pointer = unsafe api.virConnectOpen(uri) else { throw lastError(circumstance: .unreachable) }
        link = unsafe Link(pointer, api)
    }

    /// Whether the daemon is still there, as far as is known without asking.
    var isAlive: Bool { link?.lend { unsafe api.virConnectIsAlive($0) == 1 } ?? false }

    /// Connects unless connected, and has events delivered.
    func deliverEvents(to listeners: LibvirtListeners) throws(LibvirtError) {
        try connect()
        guard link?.deliverEvents(to: listeners) == true else { throw lastError() }
        guard isAlive else { throw .lost("the connection has ended") }
    }

    /// Finds what a call is about.
    func find(_ target: LibvirtTarget) throws(LibvirtError) -> Handle {
        switch target {
        case .connection:
            try connect()
            let pointer = link?.lend { connection in
                _ = unsafe api.virConnectRef(connection)
                return unsafe connection
            }
            return try unsafe take(pointer, api.virConnectClose)
        case .domain(let id):
            return try unsafe make(.connection, api.virDomainFree) {
                unsafe $0.virDomainLookupByUUIDString($1, id.uuid)
            }
        case .snapshot(let name, let id):
            return try unsafe make(.domain(id), api.virDomainSnapshotFree) {
                unsafe $0.virDomainSnapshotLookupByName($1, name, 0)
            }
        case .network(let name):
            return try unsafe make(.connection, api.virNetworkFree) { unsafe $0.virNetworkLookupByName($1, name) }
        case .pool(let name):
            return try unsafe make(.connection, api.virStoragePoolFree) {
                unsafe $0.virStoragePoolLookupByName($1, name)
            }
        case .volume(let name, let pool):
            return try unsafe make(.pool(pool), api.virStorageVolFree) { unsafe $0.virStorageVolLookupByName($1, name) }
        }
    }
}

/// What all calls have in common. An error belongs to the thread and to the last call on it, so that it is copied
/// before anything else is called, the release of a handle included.
extension LibvirtLane {
    /// A call that returns a number; throws where it is negative.
    @discardableResult
    @safe func call(_ target: LibvirtTarget, _ body: (devenv_libvirt, OpaquePointer) -> Int32) throws(LibvirtError)
        -> Int32
    {
        let object = try find(target)
        return try check(object.lend { unsafe body(api, $0) })
    }

    /// A call that returns a text; throws where it returns none.
    @safe func text(
        _ target: LibvirtTarget, _ body: (devenv_libvirt, OpaquePointer) -> UnsafeMutablePointer<CChar>?
    ) throws(LibvirtError) -> String {
        let object = try find(target)
        return try unsafe take(object.lend { unsafe body(api, $0) })
    }

    /// A call that returns XML; throws where it returns none.
    @safe func xml(
        _ target: LibvirtTarget, _ body: (devenv_libvirt, OpaquePointer) -> UnsafeMutablePointer<CChar>?
    ) throws(LibvirtError) -> XMLElement {
        try unsafe Self.parse(text(target, body))
    }

    /// A call that returns a new reference; throws where it returns none.
    @safe func make(
        _ target: LibvirtTarget, _ release: @convention(c) (OpaquePointer?) -> Int32,
        _ body: (devenv_libvirt, OpaquePointer) -> OpaquePointer?
    ) throws(LibvirtError) -> Handle {
        let object = try find(target)
        return try unsafe take(object.lend { unsafe body(api, $0) }, release)
    }

    /// A call that lists objects, of which a value each is made. Objects that go meanwhile are left out.
    @safe func list<Value>(
        _ target: LibvirtTarget, _ release: @convention(c) (OpaquePointer?) -> Int32,
        _ body: (devenv_libvirt, OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>) -> Int32,
        _ value: (OpaquePointer) throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> [Value] {
        let object = try find(target)
        let (result, list) = object.lend { object in
            var list: UnsafeMutablePointer<OpaquePointer?>?
            return unsafe (body(api, object, &list), list)
        }
        let count = Int(try check(result))
        guard let list = unsafe list else { return [] }
        defer {
            for index in 0..<count { _ = unsafe release(list[index]) }
            unsafe free(list)
        }
        var values: [Value] = []
        for index in 0..<count {
            guard let object = unsafe list[index] else { continue }
            do throws(LibvirtError) {
                values.append(try unsafe value(object))
            } catch {
                guard error.isMissing else { throw error }
            }
        }
        return values
    }

    /// A value made of an object; nil where there is none.
    @safe func look<Value>(_ target: LibvirtTarget, _ value: (OpaquePointer) throws(LibvirtError) -> Value)
        throws(LibvirtError) -> Value?
    {
        do throws(LibvirtError) {
            let object = try find(target)
            return try object.lend { object throws(LibvirtError) in try unsafe value(object) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// Throws where a call returned a negative number.
    @discardableResult
    func check(_ result: Int32) throws(LibvirtError) -> Int32 {
        guard result >= 0 else { throw lastError() }
        return result
    }

    /// Takes over a text that a call returned; throws where it returned none.
    func take(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
        guard let text = unsafe text else { throw lastError() }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    private func take(_ pointer: OpaquePointer?, _ release: @convention(c) (OpaquePointer?) -> Int32)
        throws(LibvirtError) -> Handle
    {
        guard let pointer = unsafe pointer else { throw lastError() }
        return unsafe Handle(pointer, release: release)
    }

    /// Copies a text that stays libvirt's.
    func copy(_ text: UnsafePointer<CChar>?) -> String { unsafe text.map { unsafe String(cString: $0) } ?? "" }

    /// Reads XML that a call returned.
    static func parse(_ text: String) throws(LibvirtError) -> XMLElement {
        do throws(XMLError) {
            return try XMLParser.parse(text)
        } catch {
            throw .unusable("libvirt answered with XML that can't be read: \(error)")
        }
    }

    /// Copies the error of the last call.
    private func lastError(circumstance: LibvirtError.Circumstance = .answered) -> LibvirtError {
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
}

/// Takes over a list of structures that a call filled in, and makes values of each.
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
