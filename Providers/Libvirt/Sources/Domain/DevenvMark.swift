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

    /// The network of a project that an object's XML says it is; nil where it carries no such mark.
    static func network(in object: XMLElement) -> (project: ProjectID, name: NetworkName)? {
        guard let mark = object["metadata"]?.children.first(where: { $0.name.hasSuffix(":network") }),
            mark.attributes.contains(where: { $0.value == namespace }),
            let project = mark[attribute: "project"].flatMap(ProjectID.init(rawValue:)),
            let name = mark[attribute: "network"].flatMap(NetworkName.init(rawValue:))
        else { return nil }
        return (project, name)
    }

    private static func mark(
        _ name: String, _ project: ProjectID, _ attributes: KeyValuePairs<String, String>
    ) -> XMLElement {
        var element = XMLElement(name, ["xmlns:devenv": namespace, "project": project.rawValue])
        element.attributes += attributes.map { XMLElement.Attribute(name: $0.key, value: $0.value) }
        return XMLElement("metadata", [:], [element])
    }
}
