import Domain
import Engine
import EngineKit
import Primitives
import Storage
import Testing

/// A copy of the database gives no live link and no code.
@Suite(.everyEngine) struct SealedSecretsTests {
  private static let ticket = OrderTicket(
    orderRef: "order-ref-in-clear", autoStartToken: "auto-start-in-clear",
    qrStartToken: "qr-token-in-clear", qrStartSecret: "qr-secret-in-clear",
    openURL: "https://id.example.com/?state=order-ref-in-clear")
  private static let link = "link-secret-in-clear"
  private static let order = StoredOrder(
    order: Order(
      id: key(71), purpose: .login, company: nil, user: nil, state: .pending, visibleText: "",
      nonVisibleData: [], startTime: monday), ticket: ticket, hint: "")

  private func filled(_ box: SecretBox) async throws -> (any Database, History) {
    let database = try await exampleDatabase(), history = History()
    try await history.append(to: database)
    try await database.write(as: history.place.scope) { tx in
      try MessageTables.insert(
        OutgoingMessage(
          id: key(70), mobile: "", email: "", subject: "", body: "", secret: Self.link),
        sealedBy: box, of: history.place, at: monday, in: tx)
    }
    try await database.write(as: history.bureauPlace.scope) { tx in
      try OrderTables.insert(Self.order, sealedBy: box, of: history.bureau, in: tx)
    }
    return (database, history)
  }

  private func secrets(
    _ database: any Database, _ history: History, _ box: SecretBox
  ) async throws -> (String?, OrderTicket?) {
    try await database.read(as: history.bureauPlace.scope) { tx in
      (
        try MessageTables.load(key(70), openedBy: box, of: history.place, in: tx)?.secret,
        try OrderTables.load(key(71), openedBy: box, of: history.bureau, in: tx)?.ticket
      )
    }
  }

  @Test func `no row holds a secret in clear, nor the name by which an order is collected`()
    async throws
  {
    let (database, history) = try await filled(exampleBox)
    let rows = try await database.dump(of: history.bureau).values.joined().joined(separator: "\n")
    #expect(rows.contains("sealed:1:"))
    #expect(!rows.contains("in-clear"))
    let id: ID<Order> = key(71)
    #expect(!rows.contains("\(id.bytes)"))
    #expect(try await secrets(database, history, exampleBox).0 == Self.link)
    #expect(try await secrets(database, history, exampleBox).1 == Self.ticket)
  }

  @Test func `an order that has ended keeps no secret at all`() async throws {
    let (database, history) = try await filled(exampleBox)
    try await database.write(as: history.bureauPlace.scope) { tx in
      try OrderTables.end(key(71), .failed, hint: "", of: history.bureau, in: tx)
    }
    let empty = OrderTicket(orderRef: "", autoStartToken: "", qrStartToken: "", qrStartSecret: "")
    #expect(try await secrets(database, history, exampleBox).1 == empty)
  }

  @Test func `a new key takes over everything, and the old one is needed no more`() async throws {
    let (database, history) = try await filled(exampleBox)
    #expect(try await SealedSecrets.take(exampleBox, in: database) == 0)
    let both = SecretBox(exampleKey(2), older: [exampleKey(1)], random: exampleRandom)
    #expect(try await SealedSecrets.take(both, in: database, isOnly: true) == 6)
    let new = SecretBox(exampleKey(2), random: exampleRandom)
    #expect(try await secrets(database, history, new).0 == Self.link)
    #expect(try await secrets(database, history, new).1 == Self.ticket)
    #expect(try await SealedSecrets.take(new, in: database) == 0)
    await #expect(throws: OtherMasterKey(needed: [exampleKey(2).id], given: [exampleKey(1).id])) {
      try await SealedSecrets.take(exampleBox, in: database)
    }
  }

  @Test func `another key is refused even where nothing is sealed yet`() async throws {
    let database = try await exampleDatabase()
    #expect(try await SealedSecrets.take(exampleBox, in: database) == 0)
    let other = SecretBox(exampleKey(2), random: exampleRandom)
    await #expect(throws: OtherMasterKey.self) {
      try await SealedSecrets.take(other, in: database)
    }
  }

  @Test func `what an earlier program left in clear is sealed at the start`() async throws {
    let (database, history) = try await filled(exampleBox)
    try await database.write(as: history.place.scope) { tx in
      try tx.execute(
        """
        UPDATE main.message SET secret = \(Self.link)
        WHERE bureau = \(history.bureau) AND company = \(history.place.company)
        """)
    }
    #expect(try await SealedSecrets.take(exampleBox, in: database) == 1)
    let rows = try await database.dump(of: history.bureau).values.joined().joined(separator: "\n")
    #expect(!rows.contains("in-clear"))
    #expect(try await secrets(database, history, exampleBox).0 == Self.link)
  }
}
