/// A reference to an object of libvirt, given back when the handle goes. It stays on the thread that made it.
@safe struct Handle: ~Copyable {
    private let pointer: OpaquePointer
    private let release: @convention(c) (OpaquePointer?) -> Int32

    /// Takes over a reference; `release` is the `virXFree` of its kind.
    init(_ pointer: OpaquePointer, release: @convention(c) (OpaquePointer?) -> Int32) {
        unsafe self.pointer = pointer
        unsafe self.release = release
    }

    deinit {
        _ = unsafe release(pointer)
    }

    /// Lends the reference for one call. What the call reports as an error must be read before the handle goes: giving
    /// a reference back makes libvirt forget it.
    @safe borrowing func lend<Value, Failure>(_ call: (OpaquePointer) throws(Failure) -> Value) throws(Failure) -> Value
    {
        try unsafe call(pointer)
    }
}
