import CLibvirt
import Glibc
package import SystemPackage

/// The content of volumes, over the connection.
extension LibvirtConnection {
    /// Writes a file's first `length` bytes into a new volume; the file's holes stay holes unless told otherwise.
    /// `progress` is told how many bytes are done. A transfer that fails or is cancelled leaves a volume with part of the
    /// bytes. Moves the file's offset.
    ///
    /// A daemon that has given up a transfer, as its disk is full, ignores bytes that still come but hangs up on a hole:
    /// holes cost the connection then.
    package func upload(
        from file: FileDescriptor, length: Int64, to volume: String, in pool: String, keepingHoles: Bool = true,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws(LibvirtError) {
        let flags = keepingHoles ? UInt32(VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM.rawValue) : 0
        try await run { lane throws(LibvirtError) in
            let stream = try lane.stream()
            try lane.call(.volume(volume, in: pool)) { api, volume in
                stream.lend { unsafe api.virStorageVolUpload(volume, $0, 0, UInt64(max(0, length)), flags) }
            }
            try lane.finish(stream) { () throws(LibvirtError) in
                try lane.send(file, length: length, keepingHoles: keepingHoles, over: stream, progress)
            }
        }
    }

    /// Writes all bytes of a volume into an empty file; the volume's holes stay holes. `progress` is told how many
    /// bytes are done. Moves the file's offset.
    package func download(
        _ volume: String, in pool: String, to file: FileDescriptor,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws(LibvirtError) {
        let flags = UInt32(VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM.rawValue)
        try await run { lane throws(LibvirtError) in
            let stream = try lane.stream()
            try lane.call(.volume(volume, in: pool)) { api, volume in
                stream.lend { unsafe api.virStorageVolDownload(volume, $0, 0, 0, flags) }
            }
            try lane.finish(stream) { () throws(LibvirtError) in
                try lane.receive(file, over: stream, progress)
            }
        }
    }
}

extension LibvirtLane {
    /// How many bytes are read and sent at once.
    private static let portion = 1 << 20

    fileprivate func stream() throws(LibvirtError) -> Handle {
        try unsafe make(.connection, api.virStreamFree) { unsafe $0.virStreamNew($1, 0) }
    }

    /// Ends a stream in either way; the daemon confirms only then that it has everything.
    fileprivate func finish(_ stream: borrowing Handle, _ body: () throws(LibvirtError) -> Void)
        throws(LibvirtError)
    {
        do throws(LibvirtError) {
            try body()
        } catch {
            _ = stream.lend { unsafe api.virStreamAbort($0) }
            throw error
        }
        try check(stream.lend { unsafe api.virStreamFinish($0) })
    }

    fileprivate func send(
        _ file: FileDescriptor, length: Int64, keepingHoles: Bool, over stream: borrowing Handle,
        _ progress: (Int64) -> Void
    ) throws(LibvirtError) {
        // what is missing at its end would look like a hole
        let size = lseek(file.rawValue, 0, SEEK_END)
        guard size >= 0 else { throw Self.failed("measuring the file to upload") }
        guard size >= length else { throw Self.endsEarly(after: Int64(size)) }
        var buffer = [UInt8](repeating: 0, count: Self.portion)
        var offset: Int64 = 0
        while offset < length {
            if Task.isCancelled { throw .cancelled() }
            let whole = FileStretch(isHole: false, end: length)
            let stretch = keepingHoles ? FileStretch(in: file, from: offset, to: length) : whole
            if stretch.isHole {
                try check(stream.lend { unsafe api.virStreamSendHole($0, stretch.end - offset, 0) })
                offset = stretch.end
            } else {
                let count = min(Int64(buffer.count), stretch.end - offset)
                try Self.read(&buffer, Int(count), from: file, at: offset)
                try send(buffer[..<Int(count)], over: stream)
                offset += count
            }
            progress(offset)
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>, over stream: borrowing Handle)
        throws(LibvirtError)
    {
        var rest = bytes
        while !rest.isEmpty {
            let sent = stream.lend { stream in
                unsafe rest.withUnsafeBytes { bytes in
                    let text = unsafe bytes.bindMemory(to: CChar.self)
                    return unsafe api.virStreamSend(stream, text.baseAddress, text.count)
                }
            }
            rest = rest.dropFirst(Int(try check(sent)))
        }
    }

    fileprivate func receive(
        _ file: FileDescriptor, over stream: borrowing Handle, _ progress: (Int64) -> Void
    ) throws(LibvirtError) {
        var buffer = [UInt8](repeating: 0, count: Self.portion)
        var offset: Int64 = 0
        while let count = try receive(&buffer, over: stream) {
            if Task.isCancelled { throw .cancelled() }
            if count == 0 {
                offset += try hole(in: stream)
            } else {
                try Self.write(buffer[..<count], to: file, at: offset)
                offset += Int64(count)
            }
            progress(offset)
        }
        // a hole at the end
        guard ftruncate(file.rawValue, off_t(offset)) == 0 else { throw Self.failed("setting a file's length") }
    }

    /// The number of bytes that came, 0 before a hole; nil at the end.
    private func receive(_ buffer: inout [UInt8], over stream: borrowing Handle)
        throws(LibvirtError) -> Int?
    {
        let atHole: Int32 = -3
        let flags = UInt32(VIR_STREAM_RECV_STOP_AT_HOLE.rawValue)
        let count = stream.lend { stream in
            unsafe buffer.withUnsafeMutableBytes { bytes in
                let text = unsafe bytes.bindMemory(to: CChar.self)
                return unsafe api.virStreamRecvFlags(stream, text.baseAddress, text.count, flags)
            }
        }
        if count == atHole { return 0 }
        return try check(count) == 0 ? nil : Int(count)
    }

    private func hole(in stream: borrowing Handle) throws(LibvirtError) -> Int64 {
        var length: Int64 = 0
        try check(stream.lend { unsafe api.virStreamRecvHole($0, &length, 0) })
        return length
    }

    private static func read(_ buffer: inout [UInt8], _ count: Int, from file: FileDescriptor, at offset: Int64)
        throws(LibvirtError)
    {
        var done = 0
        while done < count {
            let result = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(file.rawValue, $0.baseAddress.map { unsafe $0 + done }, count - done, off_t(offset) + done)
            }
            if result == 0 { throw endsEarly(after: offset + Int64(done)) }
            if result < 0, errno != EINTR { throw failed("reading the file to upload") }
            done += max(0, result)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to file: FileDescriptor, at offset: Int64)
        throws(LibvirtError)
    {
        var done = 0
        while done < bytes.count {
            let result = unsafe bytes.withUnsafeBytes {
                unsafe pwrite(
                    file.rawValue, $0.baseAddress.map { unsafe $0 + done }, bytes.count - done, off_t(offset) + done)
            }
            if result < 0, errno != EINTR { throw failed("writing what is downloaded") }
            done += max(0, result)
        }
    }

    private static func endsEarly(after count: Int64) -> LibvirtError {
        .unusable("the file to upload ends after \(count) bytes")
    }

    private static func failed(_ attempt: String) -> LibvirtError {
        let number = errno
        return LibvirtError(
            code: 0, domain: 0, message: "\(attempt): \(Errno(rawValue: number))", errno: number,
            circumstance: .unusable)
    }
}
