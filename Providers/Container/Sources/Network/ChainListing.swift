import FoundationEssentials

/// The base chains of this host, as `nft -j list chains` has them.
enum ChainListing {
    /// The name of another program's chain that drops forwarded packets unless a rule of it lets them pass.
    static func dropping(in json: [UInt8]) -> String? {
        // output that can't be read names no chain, and the finding is only a hint
        let document = try? JSONDecoder().decode(Document.self, from: Data(json))
        let chains = (document?.nftables ?? []).compactMap(\.chain)
        let chain = chains.first { $0.hook == "forward" && $0.policy == "drop" && $0.table != RuleTable.name }
        return chain.map { "'\($0.family) \($0.table) \($0.name)'" }
    }

    private struct Document: Decodable {
        let nftables: [Entry]
    }

    private struct Entry: Decodable {
        let chain: Chain?
    }

    private struct Chain: Decodable {
        let family: String
        let table: String
        let name: String
        let hook: String?
        let policy: String?
    }
}
