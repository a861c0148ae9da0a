import CLibvirt
package import DevenvPluginAPI
import Glibc

extension LibvirtError {
    /// What the error means to the user, with what was attempted in front: "starting 'web'".
    package func providerError(_ attempt: String) -> ProviderError {
        let message = "\(attempt): \(words)"
        switch circumstance {
        case .cancelled: return .cancelled("\(attempt) was interrupted")
        case .libraryMissing:
            return .unsupported("\(attempt): libvirt can't be loaded: \(self.message)", help: Self.install)
        case .unusable: return fromSystem(message)
        case .lost:
            return .failed(
                "\(attempt): the connection to libvirt was lost: \(words)",
                help: "see whether libvirtd runs (systemctl status libvirtd), then run the command again")
        case .unreachable where isAboutAuthorization: return .notPermitted(message, help: Self.permit)
        case .unreachable, .answered: return fromDaemon(message)
        }
    }

    /// Without D-Bus nobody can ask polkit, which is an internal error to libvirt.
    private var isAboutAuthorization: Bool {
        [VIR_FROM_AUTH, VIR_FROM_DBUS, VIR_FROM_POLKIT].contains { $0.rawValue == UInt32(bitPattern: domain) }
    }

    private func fromDaemon(_ message: String) -> ProviderError {
        switch virErrorNumber(UInt32(bitPattern: code)) {
        case VIR_ERR_AUTH_UNAVAILABLE, VIR_ERR_AUTH_FAILED, VIR_ERR_AUTH_CANCELLED, VIR_ERR_ACCESS_DENIED,
            VIR_ERR_OPERATION_DENIED:
            return .notPermitted(message, help: Self.permit)
        case VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_AGENT_UNRESPONSIVE, VIR_ERR_AGENT_UNSYNCED: return .timedOut(message)
        case VIR_ERR_NO_SUPPORT, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_ARGUMENT_UNSUPPORTED,
            VIR_ERR_OPERATION_UNSUPPORTED, VIR_ERR_NO_CONNECT:
            return .unsupported(message)
        case VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_XML_INVALID_SCHEMA: return .invalidRequest(message)
        default: return fromSystem(message)
        }
    }

    private func fromSystem(_ message: String) -> ProviderError {
        switch errno {
        case ENOSPC, EDQUOT:
            return .diskFull(message, help: "free some space where libvirt keeps its volumes (virsh pool-info devenv)")
        case EACCES, EPERM: return .notPermitted(message, help: Self.permit)
        default: return .failed(message, help: isUnreachable ? Self.start : nil)
        }
    }

    /// libvirt begins its sentences, we go on with ours.
    private var words: String {
        guard let second = message.dropFirst().first, second.isLowercase else { return message }
        return message.prefix(1).lowercased() + message.dropFirst()
    }

    private static let install = "apt-get install libvirt-daemon-system, and see that libvirtd runs"
    private static let start =
        "see whether libvirtd runs (systemctl status libvirtd); where it isn't installed: "
        + "apt-get install libvirt-daemon-system"
    private static let permit = "run devenv as root, or as a member of the group 'libvirt' (adduser USER libvirt)"
}
