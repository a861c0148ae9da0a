import DevenvModel
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("512MiB", 512 << 20), ("1GiB", 1 << 30), ("1 GiB", 1 << 30), ("1.5GiB", 3 << 29), ("1KB", 1_000),
        ("2MB", 2_000_000), ("1TiB", 1 << 40), ("0.5KiB", 512), ("20GB", 20_000_000_000), ("1TB", 1_000_000_000_000),
    ])
    func sizesAreRead(text: String, bytes: Int) {
        #expect(ByteCount(parsing: text)?.bytes == Int64(bytes))
    }

    @Test(arguments: [
        "", "512", "lots", "MiB", "-1GiB", "+1GiB", "0GiB", "1gib", "1GiB ", " 1GiB", "1  GiB", "1.GiB", ".5GiB",
        "1,5GiB",
        "1e3MiB", "0x10MiB", "9999999999TiB", "1.2345GiB", "1B", "1PiB", "٣GiB", "99999999999999999999KB",
    ])
    func otherTextsAreNoSizes(text: String) {
        #expect(ByteCount(parsing: text) == nil)
    }

    @Test(arguments: [
        (1 << 30, "1 GiB"), (3 << 29, "1536 MiB"), (1_000_000, "976.5 KiB"), (512, "512 B"), ((1 << 20) + 1, "1.0 MiB"),
        (0, "0 B"), (20_000_000_000, "18.6 GiB"),
    ])
    func sizesAreWritten(bytes: Int, text: String) {
        #expect(ByteCount(bytes: Int64(bytes)).description == text)
    }

    @Test(arguments: [
        ("500ms", 500), ("30s", 30_000), ("1.5m", 90_000), ("2h", 7_200_000), ("0.001s", 1),
    ])
    func durationsAreRead(text: String, milliseconds: Int) {
        #expect(Duration(parsing: text)?.milliseconds == Int64(milliseconds))
    }

    @Test(arguments: ["", "30", "s", "-1s", "0s", "0.0001s", "1 s", "1d", "12:30", "1.5.5s", "9999999999999999h"])
    func otherTextsAreNoDurations(text: String) {
        #expect(Duration(parsing: text) == nil)
    }

    @Test(arguments: [(85, "85 ms"), (1_250, "1.2 s"), (59_999, "59.9 s"), (185_000, "3 min 5 s")])
    func durationsAreWrittenForPeople(milliseconds: Int, text: String) {
        #expect(Duration.milliseconds(milliseconds).brief == text)
    }
}
