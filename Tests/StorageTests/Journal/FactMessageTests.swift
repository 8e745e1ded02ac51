import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf
import Testing

@testable import Storage

/// The journal's format is a public contract: what was written must be read for ever.
@Suite struct FactMessageTests {
  /// The first example of each case, in order of their numbers in the journal.
  static let examples: [Fact] = {
    var firsts: [Int: Fact] = [:]
    for fact in History().steps.flatMap(\.facts) {
      guard let number = try? number(of: fact), firsts[number] == nil else { continue }
      firsts[number] = fact
    }
    return firsts.sorted { $0.key < $1.key }.map(\.value)
  }()

  /// The field of `Body` that holds the fact: its number in the journal for ever.
  static func number(of fact: Fact) throws -> Int {
    // Field 1, the salt: its tag, its length, 16 bytes. Then comes the fact's tag, as a varint.
    let bytes = try body(fact).dropFirst(18)
    var tag = 0
    for (index, byte) in bytes.enumerated() {
      tag |= Int(byte & 0x7F) << (7 * index)
      if byte < 0x80 { break }
    }
    return tag >> 3
  }

  /// The numbers that the journal's format knows, from its source.
  private static func known() throws -> [Int] {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Protos/bureau/facts/v1/facts.proto")
    let text = try String(contentsOf: source, encoding: .utf8)
    let fields = try #require(text.firstMatch(of: /oneof fact \{([^}]*)\}/)).1
    return fields.matches(of: /= ([0-9]+);/).compactMap { Int($0.1) }
  }

  private static func body(_ fact: Fact) throws -> [UInt8] {
    try Bureau_Facts_V1_Body.with {
      $0.salt = Data(repeating: 0x5A, count: 16)
      $0.fact = fact.message
    }.serializedBytes()
  }

  @Test func `every case has an example`() throws {
    #expect(try Self.examples.map(Self.number(of:)).sorted() == Self.known().sorted())
    #expect(Set(Self.examples.map(\.name)).count == Self.examples.count)
  }

  @Test func `every fact of the history is read back as it was written`() throws {
    for fact in History().steps.flatMap(\.facts) {
      let message = try Bureau_Facts_V1_Body(serializedBytes: try Self.body(fact)).fact
      #expect(try Fact(try #require(message)) == fact)
    }
  }

  @Test func `a fact that is about a payment is in that payment's history`() {
    let payments = [History.first, History.second]
    for fact in History().steps.flatMap(\.facts) {
      let about = payments.filter { $0.bytes == fact.subject }
      // What one request did to several is told by the facts that follow it.
      if case .paymentsHandled = fact { continue }
      #expect(about.allSatisfy(fact.payments.contains), "\(fact.name)")
    }
  }

  @Test func `a token's limits are read back, and what was written before there were any`() throws {
    let scoped = Token(
      id: key(65), user: key(12), expireTime: monday.adding(days: 1), displayName: "ERP import",
      scope: TokenScope(
        companies: [key(2), key(3)], verbs: ["import", "read"], certificate: hash(9)),
      createTime: monday)
    for token in [scoped, History().token(63)] {
      let fact = Fact.tokenCreated(TokenCreated(token: token, secretHash: hash(1)))
      let message = try Bureau_Facts_V1_Body(serializedBytes: try Self.body(fact)).fact
      #expect(try Fact(try #require(message)) == fact)
    }
  }

  @Test func `A-21 a file that waits for the bank's own signature is read back, and one of before`()
    throws
  {
    for waits in [true, false] {
      let fact = Fact.transferPrepared(
        TransferPrepared(
          transfer: key(53), agreement: History.agreementID, fileDigest: hash(53),
          executionDate: day("2026-04-20"),
          items: [TransferItem(payment: History.second, number: 4)], awaitsBankSignature: waits))
      let message = try Bureau_Facts_V1_Body(serializedBytes: try Self.body(fact)).fact
      #expect(try Fact(try #require(message)) == fact)
    }
  }

  @Test func `the bytes of each case are these`() throws {
    let lines = try Self.examples.map { fact in
      """
      \(fact.name)
        subject \(fact.subject.hexText)
        body    \(try Self.body(fact).hexText)

      """
    }
    try expectGolden(lines.joined(), "facts.txt")
  }

  @Test func `the golden bytes are read as the facts of today`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/facts.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let bodies = lines.filter { $0.contains("body ") }.compactMap { $0.split(separator: " ").last }
    let facts = try bodies.map { hex in
      let bytes = stride(from: 0, to: hex.count, by: 2).compactMap { offset in
        let start = hex.index(hex.startIndex, offsetBy: offset)
        return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
      }
      let message = try Bureau_Facts_V1_Body(serializedBytes: bytes).fact
      return try Fact(try #require(message))
    }
    #expect(facts == Self.examples)
  }

  @Test func `what no program of ours has written is refused`() {
    var message = Bureau_Facts_V1_PaymentLost()
    message.payment = Data([1, 2, 3])
    #expect(throws: UnreadableFact(what: "id")) { try Fact(.paymentLost(message)) }
    var restored = Bureau_Facts_V1_PaymentRestored()
    restored.payment = Data(History.first.bytes)
    restored.state = "flying"
    #expect(throws: UnreadableFact(what: "PaymentState")) { try Fact(.paymentRestored(restored)) }
    var paid = Bureau_Facts_V1_PaymentPaid()
    paid.payment = Data(History.first.bytes)
    paid.bookingDate = "31.03.2026"
    #expect(throws: UnreadableFact(what: "date")) { try Fact(.paymentPaid(paid)) }
  }
}
