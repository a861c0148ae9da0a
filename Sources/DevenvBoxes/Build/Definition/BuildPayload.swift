import DevenvCrypto
import DevenvHost
import DevenvModel
import SystemPackage

/// What a definition brings into a build: its files and scripts, and the programs that put the ones in place and run the
/// others.
struct BuildPayload: Sendable {
    /// Where all of it is; nothing of it is there yet.
    let directory: FilePath

    /// What the sandbox shows to what runs in it.
    var content: FilePath { directory.appending("content") }
    /// Runs all there is to run, given the tree.
    var program: FilePath { directory.appending("steps") }

    /// The digest of all that a recipe says and names: what would have to change for another box to come out, beside the
    /// packages.
    static func digest(of recipe: BoxRecipe) throws(BoxError) -> ImageDigest {
        try BuildPayload(directory: "").take(recipe, isWritten: false)
    }

    /// Writes it.
    func write(_ recipe: BoxRecipe, attendant: FilePath, epoch: String) throws(BoxError) {
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(content.appending("files"))
            try HostFiles.makeDirectory(content.appending("scripts"))
        }
        _ = try take(recipe, isWritten: true)
        let steps = BuildSteps(recipe: recipe, content: content, attendant: attendant, epoch: epoch)
        try BoxError.wrap { () throws(HostError) in
            try BoxBuilder.write(program: BuildSandbox.outer, to: directory.appending("sandbox"))
            try BoxBuilder.write(program: BuildSandbox.inner, to: directory.appending("inside"))
            try BoxBuilder.write(program: BuildSteps.installation(of: recipe.files), to: content.appending("install"))
            try BoxBuilder.write(program: steps.program(sandbox: directory.appending("sandbox")), to: program)
        }
        FaultPoint.reach("boxes.build.brought")
    }

    private func take(_ recipe: BoxRecipe, isWritten: Bool) throws(BoxError) -> ImageDigest {
        var digest = SHA256()
        digest.update(field: recipe.description)
        for (index, file) in recipe.files.enumerated() {
            for field in [file.target, file.owner ?? "", file.mode.map { String($0, radix: 8) } ?? ""] {
                digest.update(field: field)
            }
            let target = isWritten ? content.appending("files").appending("\(index)") : nil
            try take(file.content, to: target, into: &digest)
        }
        for (index, script) in recipe.scripts.enumerated() {
            let environment = script.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            for part in [script.arguments, environment, [script.hasNetwork ? "network" : ""]] {
                digest.update(field: "\(part.count)")
                for field in part { digest.update(field: field) }
            }
            let target = isWritten ? content.appending("scripts").appending("\(index)") : nil
            try take(script.content, to: target, into: &digest)
            if let target { try BoxError.wrap { () throws(HostError) in try HostFiles.setMode(of: target, .program) } }
        }
        return ImageDigest(hexadecimal: digest.hexadecimal())
    }

    private func take(_ content: BoxContent, to target: FilePath?, into digest: inout SHA256) throws(BoxError) {
        switch content {
        case .path(let path): try BuildInput.take(path, to: target, into: &digest)
        case .text(let text):
            digest.update(field: text)
            guard let target else { return }
            try BoxError.wrap { () throws(HostError) in
                try AtomicFile.write(Array(text.utf8), to: target, durable: false)
                try HostFiles.setMode(of: target, [.ownerReadWrite, .groupRead, .otherRead])
            }
        }
    }
}

extension FilePermissions {
    /// A program that everybody may run.
    static let program: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
}
