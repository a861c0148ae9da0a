import DevenvModel
import Testing

/// Each element once.
struct UniqueTests {
    @Test func theFirstOfEachStaysInItsPlace() {
        #expect(["b", "a", "b", "c", "a"].uniqued() == ["b", "a", "c"])
        #expect([Int]().uniqued() == [])
    }

    @Test func elementsMayBeToldByAKey() {
        #expect(["one", "two", "three", "four"].uniqued(on: \.count) == ["one", "three", "four"])
    }
}
