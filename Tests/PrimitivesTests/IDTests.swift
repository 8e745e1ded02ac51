import Foundation
import Primitives
import Testing

@Suite struct IDTests {
  private enum Thing {}

  @Test func `an id is written as 32 hexadecimal digits and read back`() throws {
    let bytes = (0..<16).map { UInt8($0 * 17) }
    let id = try #require(ID<Thing>(bytes: bytes))
    #expect(id.hex == "00112233445566778899aabbccddeeff")
    #expect("\(id)" == id.hex)
    #expect(id.bytes == bytes)
    #expect(ID<Thing>(hex: id.hex) == id)
    #expect(ID<Thing>(id.uuid) == id)
  }

  @Test(arguments: [
    "", "0011223344556677", "00112233445566778899AABBCCDDEEFF",
    "00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899aabbccddeeff0",
    "00112233445566778899aabbccddeefg", "ééééééééééééééééé",
  ])
  func `anything but 32 small hexadecimal digits is no id`(text: String) {
    #expect(ID<Thing>(hex: text) == nil)
  }

  @Test func `anything but 16 bytes is no id`() {
    #expect(ID<Thing>(bytes: [UInt8](repeating: 1, count: 15)) == nil)
    #expect(ID<Thing>(bytes: [UInt8](repeating: 1, count: 17)) == nil)
  }

  @Test(arguments: [1, 2, 3])
  func `ids sort as their texts do`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let ids = (0..<200).compactMap { _ in
      ID<Thing>(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    #expect(ids.sorted().map(\.hex) == ids.map(\.hex).sorted())
  }
}
