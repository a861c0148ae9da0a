import Synchronization

extension RemoteProgram {
    /// What a program reads after itself.
    package struct Input: Sendable {
        /// Its data, until nil.
        let chunks: @Sendable () async throws -> [UInt8]?
        /// Whether the input stays open until the program has ended, so that its end tells the program that nobody
        /// waits for it any more.
        let staysOpen: Bool

        /// These bytes; then the input stays open.
        package static func heldOpen(_ bytes: [UInt8]) -> Input {
            let rest = Mutex<[UInt8]?>(bytes.isEmpty ? nil : bytes)
            return Input(chunks: { rest.withLock { $0.take() } }, staysOpen: true)
        }

        /// Chunks until nil, then end of file.
        package static func stream(_ chunks: @escaping @Sendable () async throws -> [UInt8]?) -> Input {
            Input(chunks: chunks, staysOpen: false)
        }
    }

    /// Runs the program and delivers its own output as it comes.
    ///
    /// The run ends when the program has said that it ended. A process that it left in the background and that keeps its
    /// outputs open gets `grace` more, then its channel is closed.
    package func run(
        on communicator: any Communicator, input: Input = .heldOpen([]), timeout: Duration? = nil,
        grace: Duration = .seconds(1), output: @escaping OutputHandler
    ) async -> RemoteProgramOutcome {
        let dialogue = RemoteDialogue(marker: marker, output: output)
        let call = RemoteCommand(command, input: .chunks(source(input, dialogue)), timeout: timeout)
        let result = await withTaskGroup(of: Result<RemoteExit, CommunicatorError>?.self) { group in
            group.addTask { await Self.result(of: call, on: communicator, dialogue) }
            group.addTask {
                for await _ in dialogue.ended {}
                // cancelled once the channel has been closed in the usual way
                try? await Task.sleep(for: grace)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        return dialogue.outcome(of: result)
    }

    private static func result(of call: RemoteCommand, on communicator: any Communicator, _ dialogue: RemoteDialogue)
        async -> Result<RemoteExit, CommunicatorError>
    {
        do throws(CommunicatorError) {
            return .success(try await communicator.run(call) { dialogue.take($0, $1) })
        } catch {
            return .failure(error)
        }
    }

    private func source(_ input: Input, _ dialogue: RemoteDialogue) -> @Sendable () async throws -> [UInt8]? {
        let program = Mutex<[UInt8]?>(bytes)
        return {
            if let program = program.withLock({ $0.take() }) { return program }
            if let chunk = try await input.chunks() { return chunk }
            if input.staysOpen { for await _ in dialogue.released {} }
            return nil
        }
    }
}
