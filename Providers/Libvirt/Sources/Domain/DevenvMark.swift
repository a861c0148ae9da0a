import DevenvModel
import DevenvPluginAPI

/// The element in an object's metadata that says whose it is.
package enum DevenvMark {
    /// The XML namespace.
    package static let namespace = "urn:devenv:1"

    /// The mark of a network.
    static func network(_ network: NetworkName, of project: ProjectID) -> XMLElement {
        mark("devenv:network", project, ["network": network.rawValue])
    }

    private static func mark(
        _ name: String, _ project: ProjectID, _ attributes: KeyValuePairs<String, String>
    ) -> XMLElement {
        var element = XMLElement(name, ["xmlns:devenv": namespace, "project": project.rawValue])
        element.attributes += attributes.map { XMLElement.Attribute(name: $0.key, value: $0.value) }
        return XMLElement("metadata", [:], [element])
    }
}
