import FoundationEssentials

/// What `info.json` of a Vagrant box says: whatever its makers like, for people to read.
enum BoxInformation {
    private static let longest = 1000
    private static let most = 50

    /// Reads texts, numbers and truth values by their names; nil where it is no JSON object. Nothing in it has a meaning.
    static func read(_ bytes: [UInt8]) -> [String: String]? {
        guard let values = try? JSONDecoder().decode([String: Value].self, from: Data(bytes)) else {
            return nil  // it is for people: a box without it is as good
        }
        let texts = values.compactMapValues(\.text).sorted { $0.key < $1.key }.prefix(most)
        return Dictionary(
            texts.map { (String($0.key.prefix(100)), String($0.value.prefix(longest))) },
            uniquingKeysWith: { first, _ in first })
    }

    private struct Value: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // in this order: whatever is none of them is not shown
            if let text = try? container.decode(String.self) {
                self.text = text
            } else if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else if let number = try? container.decode(Double.self) {
                text = String(number)
            } else {
                text = nil
            }
        }
    }
}
