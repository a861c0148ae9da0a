import ArgumentParser

// What completion scripts offer where names of the project or of this host stand. The scripts ask devenv itself at each press of the key.
extension CompletionKind {
    /// Machines, groups, and machines of other projects.
    static var targets: CompletionKind {
        custom { words, _, prefix in CompletionSource.current?.targets(words, prefix) ?? [] }
    }
    /// Boxes of the store.
    static var boxes: CompletionKind { custom { _, _, _ in CompletionSource.current?.boxes() ?? [] } }
    /// Snapshots of the project's machines.
    static var snapshots: CompletionKind { custom { words, _, _ in CompletionSource.current?.snapshots(words) ?? [] } }
    /// Provisioners of the project's machines.
    static var provisioners: CompletionKind {
        custom { words, _, _ in CompletionSource.current?.provisioners(words) ?? [] }
    }
    /// Providers.
    static var providers: CompletionKind { custom { _, _, _ in CompletionSource.current?.providers() ?? [] } }
}
