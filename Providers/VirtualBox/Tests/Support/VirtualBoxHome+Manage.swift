import DevenvTestSupport

@testable import VirtualBoxProvider

extension VirtualBoxHome {
    /// The provider's own way of calling VBoxManage, in this VirtualBox.
    var manage: VBoxManage { VBoxManage(environment: environment) }
}
