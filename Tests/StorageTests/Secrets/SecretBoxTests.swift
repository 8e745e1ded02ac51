import Foundation
import Primitives
import Storage
import Testing

@Suite struct SecretBoxTests {
  private let place = SecretPlace(
    table: "message", column: "secret", bureau: key(1), company: key(2), id: hash(3))

  @Test func `what was sealed opens at its place, and is not to be read in what is stored`() throws
  {
    let sealed = try exampleBox.seal("a link", at: place)
    #expect(try exampleBox.open(sealed, at: place) == "a link")
    #expect(sealed.hasPrefix(exampleBox.currentPrefix))
    let raw = try #require(Data(base64Encoded: String(sealed.split(separator: ":")[3])))
    #expect(raw.range(of: Data("a link".utf8)) == nil)
    #expect(raw.count == 12 + 6 + 16)
  }

  @Test func `the same secret looks different each time`() throws {
    #expect(try exampleBox.seal("a", at: place) != exampleBox.seal("a", at: place))
  }

  @Test(arguments: 0..<6) func `moved to any other place it does not open`(part: Int) throws {
    let sealed = try exampleBox.seal("a link", at: place)
    var other = place
    switch part {
    case 0: other.table = "bankid_order"
    case 1: other.column = "body"
    case 2: other.bureau = key(9)
    case 3: other.company = key(9)
    case 4: other.company = nil
    default: other.id = hash(9)
    }
    #expect(throws: SecretError.doesNotOpen) { try exampleBox.open(sealed, at: other) }
  }

  @Test func `a changed value does not open`() throws {
    let sealed = try exampleBox.seal("a link", at: place)
    let head = exampleBox.currentPrefix.count
    for index in [head, head + 20, sealed.count - 4] {
      var letters = Array(sealed)
      letters[index] = letters[index] == "A" ? "B" : "A"
      #expect(throws: SecretError.doesNotOpen) {
        try exampleBox.open(String(letters), at: place)
      }
    }
    #expect(throws: SecretError.notSealed) { try exampleBox.open("a link", at: place) }
  }

  @Test func `an older key opens, and only the first seals`() throws {
    let old = SecretBox(exampleKey(1), random: exampleRandom)
    let both = SecretBox(exampleKey(2), older: [exampleKey(1)], random: exampleRandom)
    let sealed = try old.seal("a link", at: place)
    #expect(try both.open(sealed, at: place) == "a link")
    let fresh = try both.seal("a link", at: place)
    #expect(throws: SecretError.keyMissing(id: exampleKey(2).id)) {
      try old.open(fresh, at: place)
    }
  }

  @Test func `keys are read as a file or the environment holds them`() throws {
    let text = [UInt8(1), 2].map { Data([UInt8](repeating: $0, count: 32)).base64EncodedString() }
    let keys = [exampleKey(1), exampleKey(2)]
    #expect(try MasterKey.list(text.joined(separator: "\n") + "\n") == keys)
    #expect(try MasterKey.list(text.joined(separator: ", ")) == keys)
    for wrong in ["", "\n", "short", String(text[0].dropLast(4)), text[0] + " x"] {
      #expect(throws: SecretError.keyMalformed) { try MasterKey.list(wrong) }
    }
  }
}
